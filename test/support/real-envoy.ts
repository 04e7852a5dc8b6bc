import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';

/** Istio's default text format (pilot/pkg/model/telemetry_logging.go), as its bootstrap hands it to Envoy. */
const TEXT_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% ' +
  '%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" ' +
  '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% ' +
  '%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n';

/** Istio's default JSON format (the same file). */
const JSON_FORMAT = {
  start_time: '%START_TIME%',
  route_name: '%ROUTE_NAME%',
  method: '%REQ(:METHOD)%',
  path: '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%',
  protocol: '%PROTOCOL%',
  response_code: '%RESPONSE_CODE%',
  response_flags: '%RESPONSE_FLAGS%',
  response_code_details: '%RESPONSE_CODE_DETAILS%',
  connection_termination_details: '%CONNECTION_TERMINATION_DETAILS%',
  bytes_received: '%BYTES_RECEIVED%',
  bytes_sent: '%BYTES_SENT%',
  duration: '%DURATION%',
  upstream_service_time: '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%',
  x_forwarded_for: '%REQ(X-FORWARDED-FOR)%',
  user_agent: '%REQ(USER-AGENT)%',
  request_id: '%REQ(X-REQUEST-ID)%',
  authority: '%REQ(:AUTHORITY)%',
  upstream_host: '%UPSTREAM_HOST%',
  upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  upstream_local_address: '%UPSTREAM_LOCAL_ADDRESS%',
  downstream_local_address: '%DOWNSTREAM_LOCAL_ADDRESS%',
  downstream_remote_address: '%DOWNSTREAM_REMOTE_ADDRESS%',
  requested_server_name: '%REQUESTED_SERVER_NAME%',
  upstream_transport_failure_reason: '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
};

const TYPE = 'type.googleapis.com';
const HTTP_FILTERS = `${TYPE}/envoy.extensions.filters.http`;

/** FQDN-shaped cluster names, as istiod writes them. */
export function outbound(host: string, subset = ''): string {
  return `outbound|8080|${subset}|${host}.payment.svc.cluster.local`;
}

export interface RealEnvoy {
  readonly httpPort: number;
  readonly tcpPort: number;
  readonly textLog: string;
  readonly jsonLog: string;
  /** Ends Envoy gracefully, so that both logs are flushed. */
  stop(): Promise<void>;
  dispose(): void;
}

/** Starts a real Envoy with one route for each way a request can end. @param backendPort where healthy clusters lead */
export async function startEnvoy(binary: string, backendPort: number): Promise<RealEnvoy> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-envoy-'));
  const [httpPort = 0, tcpPort = 0, closedPort = 0] = await freePorts(3);
  const files = { textLog: join(folder, 'text.log'), jsonLog: join(folder, 'json.log') };
  const config = bootstrap({ httpPort, tcpPort, closedPort, backendPort, ...files });
  writeFileSync(join(folder, 'envoy.json'), JSON.stringify(config));
  const child = spawn(
    binary,
    [
      '-c',
      join(folder, 'envoy.json'),
      '--disable-hot-restart',
      '--concurrency',
      '1',
      '--file-flush-interval-msec',
      '50',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await ready(child, httpPort);
  return {
    httpPort,
    tcpPort,
    ...files,
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
    dispose() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`Envoy did not start:\n${said}`);
    try {
      await fetch(`http://127.0.0.1:${port}/ready-probe-is-not-logged`, { headers: { 'x-probe': '1' } });
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error(`Envoy did not listen within a minute:\n${said}`);
}

interface Ports {
  readonly httpPort: number;
  readonly tcpPort: number;
  readonly closedPort: number;
  readonly backendPort: number;
  readonly textLog: string;
  readonly jsonLog: string;
}

function bootstrap(ports: Ports): object {
  return {
    static_resources: {
      listeners: [httpListener(ports), tcpListener(ports)],
      clusters: [
        cluster(outbound('payment-svc', 'v1'), ports.backendPort),
        cluster(outbound('slow'), ports.backendPort),
        cluster(outbound('refused'), ports.closedPort),
        cluster(outbound('uh')),
        {
          ...cluster(outbound('overflow'), ports.backendPort),
          circuit_breakers: { thresholds: [{ max_connections: 1, max_pending_requests: 1 }] },
        },
      ],
    },
  };
}

function accessLogs(ports: Ports): object[] {
  const named = { name: 'envoy.access_loggers.file' };
  const skipProbes = {
    filter: { not_health_check_filter: {} },
  };
  const file = `${TYPE}/envoy.extensions.access_loggers.file.v3.FileAccessLog`;
  const text = { text_format_source: { inline_string: TEXT_FORMAT } };
  return [
    { ...named, ...skipProbes, typed_config: { '@type': file, path: ports.textLog, log_format: text } },
    {
      ...named,
      ...skipProbes,
      typed_config: { '@type': file, path: ports.jsonLog, log_format: { json_format: JSON_FORMAT } },
    },
  ];
}

function httpListener(ports: Ports): object {
  const manager = {
    '@type': `${TYPE}/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'http',
    access_log: accessLogs(ports),
    route_config: {
      name: '8080',
      validate_clusters: false,
      virtual_hosts: [{ name: 'all', domains: ['*'], routes: routes() }],
    },
    http_filters: httpFilters(),
  };
  return listener('http', ports.httpPort, {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: manager,
  });
}

function tcpListener(ports: Ports): object {
  const proxy = {
    '@type': `${TYPE}/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy`,
    stat_prefix: 'tcp',
    cluster: outbound('refused'),
    access_log: accessLogs(ports),
  };
  return listener('tcp', ports.tcpPort, { name: 'envoy.filters.network.tcp_proxy', typed_config: proxy });
}

function listener(name: string, port: number, filter: object): object {
  return {
    name,
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    filter_chains: [{ filters: [filter] }],
  };
}

function httpFilters(): object[] {
  return [
    {
      name: 'envoy.filters.http.health_check',
      typed_config: {
        '@type': `${HTTP_FILTERS}.health_check.v3.HealthCheck`,
        pass_through_mode: false,
        headers: [{ name: 'x-probe', string_match: { exact: '1' } }],
      },
    },
    {
      name: 'envoy.filters.http.rbac',
      typed_config: {
        '@type': `${HTTP_FILTERS}.rbac.v3.RBAC`,
        rules: {
          action: 'DENY',
          policies: {
            'ns[payment]-policy[deny-admin]-rule[0]': {
              permissions: [{ url_path: { path: { prefix: '/rbac' } } }],
              principals: [{ any: true }],
            },
          },
        },
      },
    },
    {
      name: 'envoy.filters.http.local_ratelimit',
      typed_config: { '@type': `${HTTP_FILTERS}.local_ratelimit.v3.LocalRateLimit`, stat_prefix: 'rl' },
    },
    { name: 'envoy.filters.http.router', typed_config: { '@type': `${HTTP_FILTERS}.router.v3.Router` } },
  ];
}

function routes(): object[] {
  const retry = { retry_on: 'connect-failure', num_retries: 1 };
  return [
    route('/ok', 'payment-canary', { cluster: outbound('payment-svc', 'v1') }),
    route('/uh', 'default', { cluster: outbound('uh') }),
    route('/uf', 'default', { cluster: outbound('refused') }),
    route('/xuf', 'default', { cluster: outbound('refused'), retry_policy: retry }),
    route('/nc', 'default', { cluster: outbound('gone', 'v9') }),
    route('/ut', 'default', { cluster: outbound('slow'), timeout: '0.15s' }),
    route('/uo', 'default', { cluster: outbound('overflow') }),
    route('/uc', 'default', { cluster: outbound('slow') }),
    route('/dc', 'default', { cluster: outbound('slow') }),
    route('/rbac', 'default', { cluster: outbound('payment-svc', 'v1') }),
    {
      ...route('/rl', 'limited', { cluster: outbound('payment-svc', 'v1') }),
      typed_per_filter_config: { 'envoy.filters.http.local_ratelimit': rateLimit() },
    },
  ];
}

function rateLimit(): object {
  const always = { default_value: { numerator: 100, denominator: 'HUNDRED' } };
  return {
    '@type': `${HTTP_FILTERS}.local_ratelimit.v3.LocalRateLimit`,
    stat_prefix: 'rl',
    token_bucket: { max_tokens: 1, tokens_per_fill: 1, fill_interval: '3600s' },
    filter_enabled: always,
    filter_enforced: always,
  };
}

function route(prefix: string, name: string, action: object): object {
  return { name, match: { prefix }, route: action };
}

function cluster(name: string, port?: number): object {
  const endpoints =
    port === undefined
      ? []
      : [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } } }] }];
  return {
    name,
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints },
  };
}
