import { readFileSync } from 'node:fs';

/** One recorded request and what a real API server answered. */
export interface Transcript {
  readonly title: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
  /** Lower-case names. */
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly answer: string;
}

/** Reads `test/fixtures/kubeapi/NAME`: sections of a title, a curl command and an answer. */
export function readTranscripts(name: string): readonly Transcript[] {
  const text = readFileSync(new URL(`../../fixtures/kubeapi/${name}`, import.meta.url), 'utf8');
  return text
    .split(/^### /m)
    .slice(1)
    .flatMap((section) => readSection(section));
}

/** The one whose title begins so. */
export function findTranscript(transcripts: readonly Transcript[], title: string): Transcript {
  const found = transcripts.find((each) => each.title.startsWith(title));
  if (found === undefined) throw new Error(`no transcript is titled ${title}`);
  return found;
}

function readSection(section: string): Transcript[] {
  const [title = '', ...rest] = section.split(/\r?\n/);
  const commandAt = rest.findIndex((line) => line.startsWith('$ curl'));
  const command = rest[commandAt] ?? '';
  // Streams were recorded with the time of arrival before each line.
  const lines = rest.slice(commandAt + 1).map((line) => line.replace(/^ *\d+\.\d\ds {2}/, ''));
  const statusAt = lines.findIndex((line) => line.startsWith('HTTP/'));
  const target = /['"]\$API([^'"]*)['"]/.exec(command)?.[1];
  if (target === undefined || statusAt < 0) return [];
  const bodyAt = lines.indexOf('', statusAt);
  const body = / -d '([^']*)'/.exec(command)?.[1];
  return [
    {
      title,
      method: / -X (\w+)/.exec(command)?.[1] ?? 'GET',
      target,
      headers: Object.fromEntries(
        [...command.matchAll(/-H '([^:']+): ([^']*)'/g)].map(([, name, value]) => [name, value]),
      ),
      ...(body !== undefined && { body }),
      status: Number(lines[statusAt]?.split(' ')[1]),
      answerHeaders: Object.fromEntries(
        lines.slice(statusAt + 1, bodyAt).map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
        }),
      ),
      answer: lines
        .slice(bodyAt + 1)
        .filter((line) => !line.startsWith('(stream closed'))
        .join('\n')
        .trim(),
    },
  ];
}
