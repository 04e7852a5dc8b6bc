/** One of Envoy's loggers, and from which level on it writes. */
export interface EnvoyLogger {
  readonly name: string;
  readonly level: string;
}

/** A logger whose level is changed, or was. */
export interface LoggerChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** Envoy's levels, the most talkative first. */
export const ENVOY_LOG_LEVELS: readonly string[] = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];

/** Istio starts proxies at this level (its chart's values, global.proxy.logLevel). */
export const DEFAULT_LOG_LEVEL = 'warning';

/** Whether a logger writes more than Istio's default. */
export function isVerbose({ level }: EnvoyLogger): boolean {
  const rank = ENVOY_LOG_LEVELS.indexOf(level);
  return rank >= 0 && rank < ENVOY_LOG_LEVELS.indexOf(DEFAULT_LOG_LEVEL);
}
