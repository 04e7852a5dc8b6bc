import { ExporterLost } from './exporter-lost.ts';

/** How the exporter's process came to its end, though the demo had not told it to. */
export interface ExporterEnd {
  /** What it wrote last: log lines in JSON, and what it says where it refuses to start. */
  readonly lines: readonly string[];
  readonly code: number | null;
  readonly signal: string | null;
}

const AGAIN = 'and the demo ends with it: start the demo again';
const NO_MEMORY = 'Where nobody ended it, the machine had no memory left for it: leave --proxies out, or take fewer.';
const WHOLE_LOG = '--keep leaves its whole log behind.';

/** The same in words: what happened, what the exporter said of it, and what to do. */
export function lostExporter({ lines, code, signal }: ExporterEnd): ExporterLost {
  const exitCode = code ?? undefined;
  const plain = lines.filter((line) => fieldsOf(line)['msg'] === undefined);
  // A mistake of the caller's: it has said so in lines that need nothing of ours, but that their remedy names its own flag.
  const words = plain.join('\n').replaceAll('--web.listen-address', '--listen');
  if (code === 2 && words !== '') return new ExporterLost(words.replace(/^meshladder: /, ''), { exitCode });
  return new ExporterLost([howItEnded(code, signal), ...troubles(lines), ...remedies(code, signal)].join('\n'), {
    exitCode,
  });
}

function howItEnded(code: number | null, signal: string | null): string {
  if (signal !== null) return `the exporter was ended by ${signal}, ${AGAIN}`;
  return code === 0
    ? `the exporter was told to stop by somebody else, ${AGAIN}`
    : `the exporter ended with code ${code}, ${AGAIN}`;
}

function remedies(code: number | null, signal: string | null): readonly string[] {
  if (signal === 'SIGKILL') return [NO_MEMORY];
  return signal !== null || code === 0 ? [] : [WHOLE_LOG];
}

/** Its last warnings and errors, and what is no log line; that all was well before helps nobody. */
function troubles(lines: readonly string[]): readonly string[] {
  const told = lines.map(troubleOf).filter((words) => words !== undefined && words.trim() !== '');
  return told.map((words) => `  ${words}`);
}

function troubleOf(line: string): string | undefined {
  const { level, msg, err } = fieldsOf(line);
  if (msg === undefined) return line;
  if (level !== 'warn' && level !== 'error') return undefined;
  const { message } = (err ?? {}) as { readonly message?: unknown };
  return [level, msg, message].filter((part) => typeof part === 'string').join(': ');
}

/** The fields of a log line; none of what is no log line. */
export function fieldsOf(line: string): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(line);
    return typeof fields === 'object' && fields !== null ? (fields as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
