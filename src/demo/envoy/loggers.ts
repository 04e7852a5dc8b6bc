/** The loggers of one Envoy, and what `/logging` says of them. */
export interface Loggers {
  /** By name. */
  readonly levels: ReadonlyMap<string, string>;
  /**
   * `?level=debug` for all, `?http=debug` for one, `?paths=http:debug,rbac:debug` for several: all of a request's
   * changes, or none of them.
   */
  answer(query: URLSearchParams): LoggersAnswer;
  /** Puts every logger back where Istio has it. */
  reset(): void;
}

export interface LoggersAnswer {
  readonly status: 200 | 400;
  readonly text: string;
}

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];
/** Istio starts proxies with `--proxyLogLevel=warning --proxyComponentLogLevel=misc:error`. */
const DEFAULT = 'warning';
const OTHER_DEFAULTS: Readonly<Record<string, string>> = { misc: 'error' };

/** In the order in which Envoy 1.38 lists them. */
const NAMES =
  'a2a admin alternate_protocols_cache aws assert backtrace basic_auth cache_filter client config connection conn_handler compression credential_injector decompression dns dubbo envoy_bug ext_authz ext_proc rocketmq file filter forward_proxy geolocation grpc happy_eyeballs hc health_checker http http2 hystrix init io jwt json_rpc kafka key_value_store lua local_rate_limit main matcher mcp misc mongo multi_connection notification oauth2 quic quic_stream pool rate_limit_quota rbac rds redis router runtime stats secret sse tap testing thrift tracing upstream udp wasm websocket golang'.split(
    ' ',
  );

export function createLoggers(): Loggers {
  const levels = new Map<string, string>();
  const reset = (): void => {
    for (const name of NAMES) levels.set(name, OTHER_DEFAULTS[name] ?? DEFAULT);
  };
  reset();
  const list = (): string => `active loggers:\n${[...levels].map(([name, level]) => `  ${name}: ${level}\n`).join('')}`;
  return {
    levels,
    reset,
    answer(query) {
      const changes = changesOf(query);
      const wrong = changes.map(([name, level]) => mistake(levels, name, level)).find((each) => each !== undefined);
      if (wrong !== undefined) return { status: 400, text: `error: ${wrong}\n\n${list()}\n` };
      for (const [name, level] of changes) levels.set(name, level);
      return { status: 200, text: `${list()}\n` };
    },
  };
}

type Change = readonly [name: string, level: string];

function changesOf(query: URLSearchParams): readonly Change[] {
  const all = query.get('level');
  if (all !== null) return NAMES.map((name) => [name, all]);
  const paths = query.get('paths');
  if (paths === null) return [...query];
  return paths.split(',').map((each): Change => {
    const [name = '', level = ''] = each.split(':');
    return [name, level];
  });
}

function mistake(known: ReadonlyMap<string, string>, name: string, level: string): string | undefined {
  if (!known.has(name)) return 'unknown logger name';
  return LEVELS.includes(level) ? undefined : 'unknown logger level';
}
