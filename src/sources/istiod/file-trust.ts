import { readCa } from './ca-file.ts';
import { readToken } from './token.ts';
import type { XdsTrust } from './xds-way.ts';

/**
 * By files that are mounted, read anew each time.
 * @param tokenFile for questions that bear no token
 */
export function fileTrust(caFile: string, tokenFile?: string): XdsTrust {
  return { ca: () => readCa(caFile), token: () => readToken(tokenFile) };
}
