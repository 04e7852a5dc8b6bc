import type { EnvoyLogger } from '../../model/envoy-loggers.ts';
import { invalidAnswer } from './envoy-answer-error.ts';

const HEAD = /^active loggers:\s*$/m;
const LOGGER = /^\s+([\w.:/-]{1,200}):\s*(\w{1,20})\s*$/;
const MAX_LOGGERS = 10_000;

/** Whether a text is what `/logging` answers, as it is or as istioctl prints it. */
export function isLoggerList(text: string): boolean {
  return HEAD.test(text.slice(0, 1 << 16));
}

/**
 * Reads what `POST /logging` answers: `active loggers:`, then `  name: level` lines. What stands before that (as
 * istioctl's own log lines do) is passed over.
 * @throws EnvoyAnswerError where it lists no logger
 */
export function decodeLoggers(text: string): readonly EnvoyLogger[] {
  const lines = text.split(/\r?\n/);
  const loggers: EnvoyLogger[] = [];
  for (const line of lines.slice(lines.findIndex((each) => HEAD.test(each)) + 1)) {
    const [, name, level] = LOGGER.exec(line) ?? [];
    if (name === undefined || level === undefined) continue;
    loggers.push({ name, level });
    if (loggers.length > MAX_LOGGERS) throw invalidAnswer(`the list has more than ${MAX_LOGGERS} loggers`);
  }
  if (loggers.length === 0) throw invalidAnswer('the list of loggers is empty');
  return loggers;
}
