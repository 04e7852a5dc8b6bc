import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';

const FILTERS = 'type.googleapis.com/envoy.extensions.filters';

/** A request, as a client writes it. */
export interface RoutedRequest {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A real Envoy that routes. */
export interface RoutingEnvoy {
  readonly port: number;
  readonly adminPort: number;
  send(request: RoutedRequest): Promise<{ readonly status: number; readonly body: string }>;
  /** What its admin port answers. */
  ask(path: string): Promise<string>;
  dispose(): Promise<void>;
}

/** Starts an Envoy with these virtual hosts and clusters. */
export async function startRoutingEnvoy(
  binary: string,
  virtualHosts: readonly object[],
  clusters: readonly object[],
): Promise<RoutingEnvoy> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-routing-'));
  const [port = 0, adminPort = 0] = await freePorts(2);
  const file = join(folder, 'envoy.json');
  writeFileSync(
    file,
    JSON.stringify({
      admin: { address: addressOf(adminPort) },
      static_resources: { listeners: [listenerOf(port, virtualHosts)], clusters },
    }),
  );
  const child = spawn(binary, ['-c', file, '--disable-hot-restart', '--concurrency', '1', '-l', 'error'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ask = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${adminPort}${path}`)).text();
  await ready(child, ask);
  return {
    port,
    adminPort,
    ask,
    send: (request) => send(port, request),
    async dispose() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function addressOf(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function listenerOf(port: number, virtualHosts: readonly object[]): object {
  const manager = {
    '@type': `${FILTERS}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'main',
    route_config: { name: 'main', virtual_hosts: virtualHosts, validate_clusters: false },
    http_filters: [
      { name: 'envoy.filters.http.router', typed_config: { '@type': `${FILTERS}.http.router.v3.Router` } },
    ],
  };
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }];
  return { name: 'main', address: addressOf(port), filter_chains: [{ filters }] };
}

async function ready(child: ChildProcess, ask: (path: string) => Promise<string>): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (child.exitCode !== null) throw new Error(`Envoy did not start:\n${said}`);
    if ((await ask('/ready').catch(() => '')).startsWith('LIVE')) return;
    await sleep(50);
  }
  throw new Error(`Envoy was not ready within a minute:\n${said}`);
}

async function send(
  port: number,
  { host, path, method, headers }: RoutedRequest,
): Promise<{ status: number; body: string }> {
  const sent = requestHttp({ host: '127.0.0.1', port, path, method, headers: { ...headers, host } });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  // To a gRPC client Envoy answers 200, and says in headers what it would have said to another one.
  if (response.headers['grpc-status'] === undefined) return { status: response.statusCode ?? 0, body };
  const message = response.headers['grpc-message'];
  return message === undefined ? { status: 404, body } : { status: 200, body: decodeURIComponent(String(message)) };
}
