import { type AnalysisFinding, FINDING_LEVELS } from '../../model/analysis.ts';

const LINE = /^(Error|Warning|Info) \[(IST\d{4})\] \((\S+) (?:([^/\s)]+)\/)?([^/\s)]+)(?:[^)]*)\) (.*)$/;
const LONGEST_TEXT = 1_000;

/** What `istioctl analyze` said, as a bug report keeps it: one message a line. What is no message is left out. */
export function readAnalysisText(text: string): readonly AnalysisFinding[] {
  return text.split('\n').flatMap((line) => {
    const [, word, code, kind, namespace = '', name, said = ''] = LINE.exec(line) ?? [];
    const level = FINDING_LEVELS.find((each) => each === word);
    if (level === undefined || code === undefined || kind === undefined || name === undefined) return [];
    return [{ code, level, object: { kind, namespace, name }, text: said.slice(0, LONGEST_TEXT) }];
  });
}
