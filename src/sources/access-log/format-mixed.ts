import type { AccessLine, LineReading } from './access-line.ts';
import type { ReadLine } from './format-text.ts';
import { parseJson, readJsonObject } from './parse-json.ts';
import { parseText } from './parse-text.ts';

/**
 * Reads a line that was written in one of these formats, or in one of Istio's own. In text, callers may write what looks
 * like another format, so all that fit must tell the same. In JSON they cannot, so the first that fits tells.
 * @param jsons the ones with more keys first
 */
export function readMixed(line: string, texts: readonly ReadLine[], jsons: readonly ReadLine[]): LineReading {
  const reading = agreed([parseText, ...texts].map((read) => read(line)));
  if (reading !== undefined || !line.startsWith('{')) return reading;
  for (const read of jsons) {
    const reading = read(line);
    if (reading !== undefined) return reading;
  }
  const object = readJsonObject(line);
  return object === undefined ? undefined : parseJson(line, object);
}

function agreed(readings: readonly LineReading[]): LineReading {
  const [first, ...others] = readings.filter((reading) => reading !== undefined);
  if (first === undefined || first === 'unclear') return first;
  return others.every((other) => other !== 'unclear' && tellSame(first, other)) ? first : 'unclear';
}

function tellSame({ raw: one }: AccessLine, { raw: other }: AccessLine): boolean {
  return (Object.keys(one) as (keyof typeof one)[]).every((field) => one[field] === other[field]);
}
