import { accessLine, type LineReading } from './access-line.ts';
import { rawRequest } from './format-fields.ts';
import { compilePattern, type Pattern } from './format-pattern.ts';
import { type FormatProblem, missingFlags } from './format-problem.ts';
import { readTemplate } from './format-template.ts';
import { parseLogTime } from './log-time.ts';
import { UNSET } from './raw-request.ts';

/** Reads lines of one format. */
export type ReadLine = (line: string) => LineReading;

/** Compiles a format of text, as in `accessLogFormat`. */
export function compileText(template: string): ReadLine | readonly FormatProblem[] {
  const parts = readTemplate(template);
  if ('kind' in parts) return [parts];
  const pattern = compilePattern(parts);
  if (!('read' in pattern)) return pattern;
  return pattern.fields.has('flags') ? (line) => readText(pattern, line) : [missingFlags()];
}

function readText(pattern: Pattern, line: string): LineReading {
  const reading = pattern.read(line);
  if (reading === undefined || reading === 'unclear') return reading;
  const { texts, startTime } = reading;
  const at = startTime === undefined ? undefined : parseLogTime(startTime);
  return accessLine(rawRequest(texts), at, texts.upstreamHost || UNSET);
}
