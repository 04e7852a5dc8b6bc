import { accessLine, type LineReading } from './access-line.ts';
import { type Field, type FieldTexts, rawRequest } from './format-fields.ts';
import { compileLeaf, type Source } from './format-json-leaf.ts';
import { type JsonPath, leavesOf, valueAt } from './format-json-leaves.ts';
import { type FormatProblem, missingFlags } from './format-problem.ts';
import type { ReadLine } from './format-text.ts';
import { countKeys, countMembers } from './json-keys.ts';
import { parseLogTime } from './log-time.ts';
import { type JsonObject, readJsonObject } from './parse-json.ts';
import { UNSET } from './raw-request.ts';

/**
 * Compiles a JSON template, as in `accessLogFormat` with `accessLogEncoding: JSON`. Envoy escapes what it writes there, so
 * a value is what its operators wrote, and a caller can only confuse values that stand in one text with its own.
 * @param mayOmitEmpty keys of the template may be missing from a line
 */
export function compileJson(template: JsonObject, mayOmitEmpty: boolean): ReadLine | readonly FormatProblem[] {
  const leaves = leavesOf(template);
  if ('kind' in leaves) return [leaves];
  const problems: FormatProblem[] = [];
  const sources: Source[] = [];
  const startTimes: JsonPath[] = [];
  for (const leaf of leaves) {
    const compiled = compileLeaf(leaf);
    if (!('sources' in compiled)) problems.push(...compiled);
    else {
      sources.push(...compiled.sources);
      if (compiled.isStartTime) startTimes.push(leaf.path);
    }
  }
  if (problems.length > 0) return problems;
  const byField = Map.groupBy(
    sources.toSorted((one, other) => one.rank - other.rank),
    ({ field }) => field,
  );
  if (!byField.has('flags')) return [missingFlags()];
  const format: JsonFormat = { byField, startTime: startTimes[0], mayOmitEmpty };
  return (line) => readJson(line, format);
}

interface JsonFormat {
  readonly byField: ReadonlyMap<Field, readonly Source[]>;
  readonly startTime: JsonPath | undefined;
  readonly mayOmitEmpty: boolean;
}

function readJson(line: string, format: JsonFormat): LineReading {
  const object = line.startsWith('{') ? readJsonObject(line) : undefined;
  if (object === undefined) return undefined;
  const texts = textsOfObject(object, format);
  if (texts === undefined || texts === 'unclear') return texts;
  // Envoy writes no key twice; where it does not write the JSON, but a text that looks like it, a caller can.
  if (countKeys(line) !== countMembers(object)) return 'unclear';
  const at = format.startTime === undefined ? undefined : valueAt(object, format.startTime);
  return accessLine(
    rawRequest(texts),
    typeof at === 'string' ? parseLogTime(at) : undefined,
    texts.upstreamHost || UNSET,
  );
}

function textsOfObject(object: JsonObject, { byField, mayOmitEmpty }: JsonFormat): FieldTexts | 'unclear' | undefined {
  const texts: Partial<Record<Field, string>> = {};
  for (const [field, sources] of byField) {
    const value = firstValue(sources, object);
    if (typeof value === 'string' && value !== 'unclear') texts[field] = value;
    else if (!mayLack(field, value === MISSING && mayOmitEmpty)) return value === MISSING ? undefined : value;
  }
  return texts;
}

/** No line is refused for want of its upstream host; its flags it must always have. */
function mayLack(field: Field, isOmitted: boolean): boolean {
  return field === 'upstreamHost' || (isOmitted && field !== 'flags');
}

const MISSING = Symbol('missing');

function firstValue(sources: readonly Source[], object: JsonObject): string | undefined | typeof MISSING {
  for (const { path, read } of sources) {
    const value = valueAt(object, path);
    if (value !== undefined) return read(value);
  }
  return MISSING;
}
