import { DEFAULT_LOG_LEVEL, type EnvoyLogger, isVerbose } from '../../model/envoy-loggers.ts';
import { oneLine } from './text-table.ts';

/** Loggers as Envoy lists them, and as istioctl hands that on. */
export function loggersText(loggers: readonly EnvoyLogger[]): string {
  const lines = loggers.map(({ name, level }) => `  ${oneLine(name, 200)}: ${oneLine(level, 20)}\n`);
  return `active loggers:\n${lines.join('')}`;
}

const MAX_TOLD = 5;

/** `2 of 62 loggers write more than Istio's default (warning): rbac at debug, http at trace`; nothing where none does. */
export function verboseNotes(loggers: readonly EnvoyLogger[]): readonly string[] {
  const verbose = loggers.filter(isVerbose);
  if (verbose.length === 0) return [];
  const told = verbose.slice(0, MAX_TOLD).map(({ name, level }) => `${name} at ${level}`);
  const more = verbose.length - told.length;
  const names = told.join(', ') + (more > 0 ? ` and ${more} more` : '');
  const write = verbose.length === 1 ? 'writes' : 'write';
  return [
    `${verbose.length} of ${loggers.length} loggers ${write} more than Istio's default (${DEFAULT_LOG_LEVEL}): ${names}`,
  ];
}
