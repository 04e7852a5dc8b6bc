import type { LineFormat } from './classify.ts';
import { compileJson } from './format-json.ts';
import { leavesOf } from './format-json-leaves.ts';
import { readMixed } from './format-mixed.ts';
import type { FormatProblem } from './format-problem.ts';
import type { CustomFormat, FormatSpec } from './format-spec.ts';
import { compileText, type ReadLine } from './format-text.ts';

export interface CompiledFormat {
  /** Absent when nothing can be read: then there are problems. */
  readonly format?: LineFormat;
  /** With a format beside them: some proxies' lines will count as unparsed, for these reasons. */
  readonly problems: readonly FormatProblem[];
}

/**
 * Makes a format ready to read lines. What cannot be read safely comes back as problems, each a sentence that says who
 * asked for it, where and what to write instead.
 */
export function compileFormat(spec: FormatSpec): CompiledFormat {
  if (typeof spec === 'string') return { format: spec, problems: [] };
  if (spec.kind === 'mixed') return compileMixed(spec.formats);
  const compiled = compileCustom(spec);
  return typeof compiled === 'function' ? { format: compiled, problems: [] } : { problems: compiled };
}

function compileCustom(format: CustomFormat): ReadLine | readonly FormatProblem[] {
  const compiled =
    format.kind === 'text' ? compileText(format.template) : compileJson(format.template, format.mayOmitEmpty);
  if (typeof compiled === 'function') return compiled;
  return compiled.map((problem) => ({ ...problem, message: `${format.from}: ${problem.message}` }));
}

function compileMixed(formats: readonly CustomFormat[]): CompiledFormat {
  const problems: FormatProblem[] = [];
  const compiled = (wanted: readonly CustomFormat[]): readonly ReadLine[] =>
    wanted.flatMap((format) => {
      const read = compileCustom(format);
      if (typeof read === 'function') return [read];
      problems.push(...read);
      return [];
    });
  const texts = compiled(formats.filter(({ kind }) => kind === 'text'));
  const jsons = compiled(formats.filter(({ kind }) => kind === 'json').toSorted(byFullness));
  return { format: (line) => readMixed(line, texts, jsons), problems };
}

/** The one with more keys first: its lines could be taken for another's, but not the other way round. */
function byFullness(one: CustomFormat, other: CustomFormat): number {
  return fullness(other) - fullness(one);
}

function fullness(format: CustomFormat): number {
  const leaves = format.kind === 'json' ? leavesOf(format.template) : [];
  return 'kind' in leaves ? 0 : leaves.length;
}
