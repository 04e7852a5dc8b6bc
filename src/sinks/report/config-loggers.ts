import type { EnvoyLogger } from '../../model/envoy-loggers.ts';
import { oneLine } from './text-table.ts';

/** Loggers as Envoy lists them, and as istioctl hands that on. */
export function loggersText(loggers: readonly EnvoyLogger[]): string {
  const lines = loggers.map(({ name, level }) => `  ${oneLine(name, 200)}: ${oneLine(level, 20)}\n`);
  return `active loggers:\n${lines.join('')}`;
}
