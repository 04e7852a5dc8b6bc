import { type Analysis, type AnalysisFinding, FINDING_LEVELS, type ObjectRef } from './analysis.ts';
import { findingKey } from './findings-since.ts';
import { specList, specObject, specText } from './spec-fields.ts';

const LONGEST_TEXT = 1_000;

/**
 * Reads an answer of `istioctl analyze -o json`: a list of messages with `code`, `level`, `origin` and `message`.
 * @throws Error when it is no such answer
 */
export function readIstioctlFindings(answer: unknown): readonly AnalysisFinding[] {
  // istioctl writes nothing, or null, where it finds nothing.
  if (answer === null) return [];
  if (!Array.isArray(answer)) throw new Error('it is no list of messages, as istioctl analyze -o json writes');
  return specList(answer).map((message, at) => {
    const finding = findingOf(message);
    if (finding === undefined) throw new Error(`its message ${at + 1} lacks a code, a level or an origin`);
    return finding;
  });
}

function findingOf(value: unknown): AnalysisFinding | undefined {
  const message = specObject(value);
  const code = specText(message?.['code']) ?? '';
  const level = FINDING_LEVELS.find((each) => each === message?.['level']);
  const object = objectOf(specText(message?.['origin']) ?? '');
  if (!/^IST\d{4}$/.test(code) || level === undefined || object === undefined) return undefined;
  const text = (specText(message?.['message']) ?? '').replace(/\s+/g, ' ').slice(0, LONGEST_TEXT);
  return { code, level, object, text };
}

/** `Kind namespace/name`, or `Kind name` for objects of the whole cluster. */
function objectOf(origin: string): ObjectRef | undefined {
  const [, kind, namespace = '', name] = /^(\S+) (?:([^/\s]+)\/)?([^/\s]+)$/.exec(origin) ?? [];
  return kind === undefined || name === undefined ? undefined : { kind, namespace, name };
}

/** Adds what istioctl found and we did not; what both say of an object is said once, in our words. */
export function withImported(analysis: Analysis, imported: readonly AnalysisFinding[]): Analysis {
  const said = new Set(analysis.findings.map(findingKey));
  const more = imported.filter((finding) => !said.has(findingKey(finding)));
  return { ...analysis, findings: [...analysis.findings, ...more] };
}
