import { hideSecret } from '../model/hide-secret.ts';
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
