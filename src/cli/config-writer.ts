import { hideSecret } from '../model/hide-secret.ts';
import type { Io } from './io.ts';

/** One field of an object to be written: a list, whose rows are made one at a time, or a value. */
export type WrittenField =
  | { readonly name: string; readonly rows: Iterable<unknown> }
  | { readonly name: string; readonly value: unknown };

/** Writes what a dump holds, piece by piece: as one text, a large one would be too long. What is secret is hidden. */
export interface ConfigWriter {
  list(rows: Iterable<unknown>): void;
  object(fields: readonly WrittenField[]): void;
}

export async function configWriter(output: 'json' | 'yaml', io: Io): Promise<ConfigWriter> {
  return output === 'json' ? jsonWriter(io) : yamlWriter(io);
}

function jsonWriter({ stdout }: Io): ConfigWriter {
  const list = (rows: Iterable<unknown>, indent = ''): void => {
    let before = `[\n${indent}  `;
    let empty = true;
    for (const row of rows) {
      stdout.write(before + indented(row, `${indent}  `));
      before = `,\n${indent}  `;
      empty = false;
    }
    stdout.write(empty ? '[]' : `\n${indent}]`);
  };
  return {
    list(rows) {
      list(rows);
      stdout.write('\n');
    },
    object(fields) {
      let before = '{';
      for (const field of fields) {
        stdout.write(`${before}\n  ${JSON.stringify(field.name)}: `);
        if ('rows' in field) list(field.rows, '  ');
        else stdout.write(indented(field.value, '  '));
        before = ',';
      }
      stdout.write('\n}\n');
    },
  };
}

/** A value whose first line goes on where the writer stands. */
function indented(value: unknown, indent: string): string {
  return (JSON.stringify(value, hideSecret, 2) ?? 'null').replaceAll('\n', `\n${indent}`);
}

/** YAML 1.2, of the same documents. */
async function yamlWriter({ stdout }: Io): Promise<ConfigWriter> {
  const { stringify } = await import('yaml');
  // Through JSON, which is what a document is, and which hides what is secret.
  const text = (value: unknown): string =>
    stringify(JSON.parse(JSON.stringify(value, hideSecret)) as unknown, { lineWidth: 0, compat: 'yaml-1.1' });
  const list = (rows: Iterable<unknown>): boolean => {
    let empty = true;
    for (const row of rows) {
      stdout.write(text([row]));
      empty = false;
    }
    return empty;
  };
  return {
    list(rows) {
      if (list(rows)) stdout.write('[]\n');
    },
    object(fields) {
      for (const field of fields) {
        if ('value' in field) {
          stdout.write(text({ [field.name]: field.value }));
          continue;
        }
        stdout.write(`${field.name}:\n`);
        if (list(field.rows)) stdout.write('  []\n');
      }
    },
  };
}
