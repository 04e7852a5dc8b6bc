// Why `scan` stopped. The host reads the same numbers (`wasm-module.ts`).

export const AT_END: i32 = 0;
/** The reference parser must look at the line. */
export const DECLINED: i32 = 1;
/** All is well, but no line had this key before: the reference parser must say that it is one. */
export const NEW_KEY: i32 = 2;
