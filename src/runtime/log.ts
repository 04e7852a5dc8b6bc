import { pino, stdSerializers } from 'pino';
import type { SourceLog } from '../sources/source.ts';
import { logfmtLine } from './logfmt.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['logfmt', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Static message, fields beside it. `child` adds fields to every line, e.g. `{source: 'istiod'}`. */
export interface Log extends SourceLog {
  child(fields: object): Log;
}

/** Keys whose values never reach a log, wherever up to two levels deep they stand. */
const SECRET_KEYS = ['token', 'authorization', 'Authorization', 'password', 'cookie', 'clientKey', 'headers'];

/**
 * Writes one line for each message, at once and in order: no worker thread that could lose the last lines at exit.
 * @param out where lines go; the exporter logs to stderr, as Prometheus does, and leaves stdout to answers
 */
export function createLog(out: { write(text: string): unknown }, level: LogLevel, format: LogFormat): Log {
  const write = format === 'json' ? out.write.bind(out) : (line: string) => out.write(logfmtLine(line));
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorFields, error: errorFields },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    },
    { write },
  );
}

/** An error's fields. Pino appends what its cause says; a message that says so itself would say it twice. */
function errorFields(error: Error): object {
  const fields = stdSerializers.err(error);
  if (error instanceof Error && error.cause instanceof Error && error.message.includes(error.cause.message)) {
    fields.message = error.message;
  }
  return fields;
}
