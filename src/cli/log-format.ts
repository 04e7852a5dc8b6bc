import type { LineFormat } from '../sources/access-log/classify.ts';
import { UserError } from './io.ts';

/**
 * The format of access lines as a command line names it: `auto`, `text`, `json`, or an `accessLogFormat` as it stands in
 * meshConfig.
 * @throws UserError that says of a custom format what cannot be read, and what to write instead
 */
export async function readLogFormat(format: string): Promise<LineFormat> {
  if (format === 'auto' || format === 'text' || format === 'json') return format;
  const [{ compileFormat }, { formatSpec }] = await Promise.all([
    import('../sources/access-log/format.ts'),
    import('../sources/access-log/format-spec.ts'),
  ]);
  const compiled = compileFormat(formatSpec(format));
  if (compiled.format !== undefined) return compiled.format;
  const reasons = compiled.problems.map(({ message }) => message.replace(/^accessLog\.format: /, ''));
  throw new UserError(`--format is none of auto, text and json; as an accessLogFormat: ${reasons.join('\n')}`);
}
