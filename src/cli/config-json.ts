import type { Io } from './io.ts';

/** Writes a list piece by piece: as one text, that of a large dump would be too long. */
export function writeJsonList(rows: Iterable<unknown>, { stdout }: Io, indent = ''): void {
  let before = `[\n${indent}  `;
  let empty = true;
  for (const row of rows) {
    stdout.write(before + indented(row, `${indent}  `));
    before = `,\n${indent}  `;
    empty = false;
  }
  stdout.write(empty ? '[]' : `\n${indent}]`);
}

/** A value whose first line goes on where the writer stands. */
export function indented(value: unknown, indent: string): string {
  return (JSON.stringify(value, hideSecret, 2) ?? 'null').replaceAll('\n', `\n${indent}`);
}

/** Fields that Envoy calls sensitive, or that its access loggers and tracers are given to log in. */
const SECRET = /^(private_?key|password|session_?ticket_?keys|access_?token|api_?key|token_?secret|generic_?secret)$/i;
const REDACTED = '[redacted]';

/**
 * For JSON.stringify. Envoy hides secrets in its dumps by itself; istiod does not, nor whoever wrote a file by hand. What
 * only names a file, or another secret, is told.
 */
export function hideSecret(key: string, value: unknown): unknown {
  if (!SECRET.test(key)) return value;
  if (typeof value === 'string') return REDACTED;
  return typeof value === 'object' && value !== null ? withoutInline(value) : value;
}

function withoutInline(value: object): unknown {
  if (Array.isArray(value))
    return value.map((each: unknown) => (typeof each === 'object' && each !== null ? withoutInline(each) : REDACTED));
  const fields = Object.entries(value).map(([key, field]): [string, unknown] => {
    if (/^inline_?(string|bytes)$/i.test(key)) return [key, REDACTED];
    return [key, typeof field === 'object' && field !== null ? withoutInline(field as object) : field];
  });
  return Object.fromEntries(fields);
}
