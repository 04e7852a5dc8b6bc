import type { LineFormat } from '../sources/access-log/classify.ts';
import { UserError } from './io.ts';

/**
 * A format as a command line gives it: a name, or the mesh's `accessLogFormat` itself.
 * @throws UserError that says why a format cannot be used
 */
export async function readLogFormat(format: string): Promise<LineFormat> {
  if (format === 'auto' || format === 'text' || format === 'json') return format;
  throw new UserError(`--format: give auto, text, json or an accessLogFormat`);
}
