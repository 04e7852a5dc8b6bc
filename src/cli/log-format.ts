import type { LineFormat } from '../sources/access-log/classify.ts';
import { UserError } from './io.ts';

const FORMATS = ['auto', 'text', 'json'] as const;

/**
 * The format of access lines as a command line names it.
 * @throws UserError for any other
 */
export function readLogFormat(format: string): LineFormat {
  const found = FORMATS.find((name) => name === format);
  if (found === undefined) throw new UserError(`--format ${format}: give ${FORMATS.join(', ')}`);
  return found;
}
