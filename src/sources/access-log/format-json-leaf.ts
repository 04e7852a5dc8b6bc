import type { Field } from './format-fields.ts';
import { type JsonPath, type Leaf, nameOf } from './format-json-leaves.ts';
import { operatorOf } from './format-operators.ts';
import { compilePattern } from './format-pattern.ts';
import { MAY_BE_UNKNOWN } from './format-places.ts';
import { cutProblem, type FormatProblem } from './format-problem.ts';
import { type Command, readTemplate } from './format-template.ts';
import { jsonText, NOT_PLAIN } from './parse-json.ts';

/** Where in a JSON line a field is told: by a value of its own, or by a text beside others. */
export interface Source {
  readonly field: Field;
  readonly path: JsonPath;
  /** Lower ones are asked first. */
  readonly rank: number;
  /** Undefined where the value is none that the format string writes. */
  read(value: unknown): string | 'unclear' | undefined;
}

export interface LeafSources {
  readonly sources: readonly Source[];
  /** The value is a time of the default form. */
  readonly isStartTime: boolean;
}

/** Behind all values that stand alone. */
const RANK_IN_TEXT = 10;

/** What one format string of a JSON template tells, and how. */
export function compileLeaf({ path, text }: Leaf): LeafSources | readonly FormatProblem[] {
  const parts = readTemplate(text, nameOf(path));
  if ('kind' in parts) return [parts];
  const [first] = parts;
  if (first?.kind === 'command' && parts.length === 1) return aloneLeaf(path, first);
  const pattern = compilePattern(parts);
  if (!('read' in pattern)) return pattern;
  const sources = [...pattern.fields].map(
    (field): Source => ({
      field,
      path,
      rank: RANK_IN_TEXT,
      read: (value) => {
        const reading = typeof value === 'string' ? pattern.read(value) : undefined;
        return reading === undefined || reading === 'unclear' ? reading : reading.texts[field];
      },
    }),
  );
  return { sources, isStartTime: false };
}

function aloneLeaf(path: JsonPath, command: Command): LeafSources | readonly FormatProblem[] {
  const { tells } = operatorOf(command);
  const isStartTime = command.name === 'START_TIME' && command.argument === '';
  if (tells === undefined) return { sources: [], isStartTime };
  const { field, rank } = tells;
  if (command.cutAt !== undefined)
    return MAY_BE_UNKNOWN.has(field) ? { sources: [], isStartTime } : [cutProblem(command)];
  const read = (value: unknown): string | undefined => {
    const written = jsonText(value);
    if (written === NOT_PLAIN) return undefined;
    return tells.read === undefined ? written : tells.read(written);
  };
  return { sources: [{ field, path, rank, read }], isStartTime };
}
