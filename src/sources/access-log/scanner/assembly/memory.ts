// Where things stand in linear memory. The first page is AssemblyScript's own (static data). All regions are fixed:
// pages that are never touched cost nothing, and nothing has to move. Only the room at the end grows.

/** Secret numbers for the hash, filled by the host before the first scan. As long as the longest key. */
export const SECRET: u32 = 0x10000;
export const MAX_KEY_BYTES: u32 = 2048;

/** Offsets of the marks of one text line. */
export const POSITIONS: u32 = 0x11000;

/** Which of the places each JSON field has. */
export const ENTRIES: u32 = 0x11800;

/** Names of JSON fields in the order of their numbers, and as they stood in the last line: their places. */
export const NAMES: u32 = 0x14000;
export const PLACES: u32 = 0x15000;

/** Lines read but not looked up yet (`held-lines.ts`), and their keys one behind the other. */
export const HELD: u32 = 0x12000;
export const MAX_HELD: u32 = 16;
export const KEYS: u32 = 0x16000;

/** Minutes last found right, one for each place where time stamps stand. */
export const MINUTES: u32 = 0x13080;

/** The newest time stamp of a scan, copied: what it was read from may be overwritten. */
export const NEWEST: u32 = 0x13000;

/** Open addressing, at most half full: one u32 each, of a hash's tag and a record's number. */
export const SLOTS: u32 = 0x20000;
export const SLOT_BITS: u32 = 17;
export const SLOT_BYTES: u32 = 4;
export const MAX_KEYS: u32 = 1 << (SLOT_BITS - 1);

/** Two u32 each, an id and how often its key came since the host last looked, in the order of their first line. */
export const TOUCHED: u32 = SLOTS + (SLOT_BYTES << SLOT_BITS);

/** Records: a head (`key-table.ts`), then the key itself. */
export const RECORDS: u32 = TOUCHED + 8 * MAX_KEYS;
export const RECORD_HEAD: u32 = 16;
export const RECORDS_END: u32 = RECORDS + (16 << 20);

/** The host reads files to here. Everything from here to the end of memory is the room, less a margin. */
export const ROOM: u32 = RECORDS_END;
/** Loads of a whole vector may begin at the last byte of a line. */
export const MARGIN: u32 = 256;
