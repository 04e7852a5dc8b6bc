import type { DiffDocument } from './diff-report.ts';

/** As much of a diff as is worth sending to a page. */
export interface DiffExcerpt extends DiffDocument {
  /** Differences that are left out; `sections` counts them all. */
  readonly leftOut: number;
}

const MAX_DIFFERENCES = 100;
const MAX_LINES = 300;
const MAX_CHARACTERS = 30_000;
const MAX_OTHERS = 100;

/** What one edit of a mesh-wide object changes may be all that a proxy has: the first of it tell the story. */
export function diffExcerpt(diff: DiffDocument): DiffExcerpt {
  const { differences, rejections, warming, problems } = diff;
  return {
    ...diff,
    differences: differences.slice(0, MAX_DIFFERENCES).map((each) => ({ ...each, diff: cut(each.diff) })),
    leftOut: Math.max(0, differences.length - MAX_DIFFERENCES),
    rejections: rejections.slice(0, MAX_OTHERS),
    warming: warming.slice(0, MAX_OTHERS),
    problems: problems.slice(0, MAX_OTHERS),
  };
}

/** At the end of a line, and saying so. */
function cut(diff: string): string {
  const lines = diff.trimEnd().split('\n');
  const shown: string[] = [];
  let characters = 0;
  for (const line of lines.slice(0, MAX_LINES)) {
    characters += line.length + 1;
    if (characters > MAX_CHARACTERS) break;
    shown.push(line);
  }
  const more = lines.length - shown.length;
  return more === 0 ? diff : `${shown.join('\n')}\n… and ${more} lines more; meshladder diff has them all\n`;
}
