import type { Analysis, AnalysisFinding, FindingLevel, UnknownCodes } from '../../model/analysis.ts';
import { FINDING_LEVELS, objectPath } from '../../model/analysis.ts';
import type { AnalysisWorld } from '../../model/analysis-world.ts';
import { withImported } from '../../model/imported-findings.ts';
import { isSuppressed, type Suppression } from '../../model/suppression.ts';
import { analyze } from '../../rungs/analysis/analyze.ts';
import type { FindingsDocument } from './findings-json.ts';
import { type Cell, type Colour, oneLine, paint } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

/** What `meshladder analyze` prints. */
export interface AnalysisReport {
  readonly findings: readonly AnalysisFinding[];
  text(options: { readonly width: number; readonly coloured: boolean }): string;
  json(): AnalysisDocument;
}

/** `meshladder analyze -o json`. */
export interface AnalysisDocument {
  /** Worst first. */
  readonly findings: readonly FindingDocument[];
  /** What could not be looked at, and why. */
  readonly unknown: readonly UnknownCodes[];
  /** How many findings were left out as the configuration says. */
  readonly suppressed: number;
  readonly notes: readonly string[];
}

export interface FindingDocument {
  readonly code: string;
  readonly level: FindingLevel;
  /** `kind/namespace/name`, or `kind/name` for objects of the whole cluster. */
  readonly object: string;
  readonly kind: string;
  /** `""` for objects of the whole cluster. */
  readonly namespace: string;
  readonly name: string;
  readonly text: string;
}

export interface AnalysisChoice {
  /** Only findings of this namespace, and of objects of the whole cluster, as `istioctl analyze -n` shows them. */
  readonly namespace?: string;
  readonly suppressions: readonly Suppression[];
  readonly imported: readonly AnalysisFinding[];
  /** What of the input was left out. */
  readonly notes: readonly string[];
}

/** Analyses a world, and says what of it was asked for. */
export function analysisReport(world: AnalysisWorld, choice: AnalysisChoice): AnalysisReport {
  const { findings: all, unknown } = withImported(analyze(world), choice.imported);
  const shown = all.filter((finding) => isAskedFor(finding, choice.namespace));
  const findings = shown.filter((finding) => !isSuppressed(finding, choice.suppressions));
  const suppressed = shown.length - findings.length;
  const said: Said = { findings, unknown, suppressed, notes: choice.notes };
  return {
    findings,
    text: ({ width, coloured }) => textOf(said, width, coloured),
    json: () => ({ findings: findings.map(findingDocument), unknown, suppressed, notes: choice.notes }),
  };
}

interface Said extends Analysis {
  readonly suppressed: number;
  readonly notes: readonly string[];
}

function isAskedFor({ object }: AnalysisFinding, namespace: string | undefined): boolean {
  if (namespace === undefined) return true;
  return object.kind === 'Namespace' ? object.name === namespace : ['', namespace].includes(object.namespace);
}

/** A finding, as JSON has it. */
export function findingDocument({ code, level, object, text }: AnalysisFinding): FindingDocument {
  const { kind, namespace, name } = object;
  return { code, level, object: objectPath(object), kind, namespace, name, text };
}

const COLOURS: Readonly<Record<FindingLevel, Colour>> = { Error: 'red', Warning: 'yellow', Info: 'dim' };
const LONGEST = 600;

/** What a running exporter found, as text like that of an analysis; each finding with since when. */
export function findingsText(
  { findings, unknown, suppressed, analysedAt }: FindingsDocument,
  { width, coloured }: { readonly width: number; readonly coloured: boolean },
): string {
  const said = (findings ?? []).map(({ kind, namespace, name, text, since, ...rest }) => ({
    ...rest,
    object: { kind, namespace, name },
    text: since === null ? text : `${text} Since ${since}.`,
  }));
  const notes = [`as the exporter found it at ${analysedAt ?? 'no time'}; nothing that matters here has changed since`];
  return textOf({ findings: said, unknown: unknown ?? [], suppressed: suppressed ?? 0, notes }, width, coloured);
}

function textOf({ findings, unknown, suppressed, notes }: Said, width: number, coloured: boolean): string {
  const blocks = findings.map(({ code, level, object, text }) => {
    const head: Cell = { text: level, colour: COLOURS[level] };
    const what = wrapText(oneLine(text, LONGEST), width, '        ', '        ');
    return `${paint(head, coloured)}${' '.repeat(8 - level.length)}${code}  ${oneLine(objectPath(object), LONGEST)}\n${what}`;
  });
  const rest = [
    countsText(findings, suppressed),
    ...unknownText(unknown),
    ...notes.map((note) => `Note: ${note}.`),
  ].map((line) => wrapText(oneLine(line, LONGEST), width, '', '  '));
  return [...blocks, ...rest].join('');
}

/** Each code and each reason once; which belongs to which is for `-o json`. */
function unknownText(unknown: Analysis['unknown']): readonly string[] {
  if (unknown.length === 0) return [];
  const codes = [...new Set(unknown.flatMap((each) => each.codes))].sort();
  const reasons = [...new Set(unknown.flatMap(({ why }) => why.split('; ')))].sort();
  return [`Not known, or only in part: ${codes.join(', ')}; for ${reasons.join(', ')}.`];
}

function countsText(findings: readonly AnalysisFinding[], suppressed: number): string {
  const counts = FINDING_LEVELS.map((level) => [level, findings.filter((finding) => finding.level === level).length]);
  const words = counts.filter(([, count]) => count !== 0).map(([level, count]) => `${count} ${level}`);
  const hidden = suppressed === 0 ? '' : `, ${suppressed} suppressed`;
  return `${words.length === 0 ? 'Nothing found' : words.join(', ')}${hidden}.`;
}
