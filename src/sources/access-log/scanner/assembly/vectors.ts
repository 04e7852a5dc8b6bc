// Sixteen times the same byte, to compare sixteen bytes with. Engines make a constant vector anew, in three steps, wherever
// it is used; one that was loaded at the begin of a loop stays in its register.

export const QUOTES: usize = memory.data<u64>([0x2222222222222222, 0x2222222222222222], 16);
export const BACKSLASHES: usize = memory.data<u64>([0x5c5c5c5c5c5c5c5c, 0x5c5c5c5c5c5c5c5c], 16);
export const BLANKS: usize = memory.data<u64>([0x2020202020202020, 0x2020202020202020], 16);
export const DASHES: usize = memory.data<u64>([0x2d2d2d2d2d2d2d2d, 0x2d2d2d2d2d2d2d2d], 16);
export const ZEROS: usize = memory.data<u64>([0x3030303030303030, 0x3030303030303030], 16);
export const NINES: usize = memory.data<u64>([0x0909090909090909, 0x0909090909090909], 16);
export const BREAKS: usize = memory.data<u64>([0x0a0a0a0a0a0a0a0a, 0x0a0a0a0a0a0a0a0a], 16);
