import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { type Certificate, makeCertificate } from '../../src/demo/tls/certificate.ts';

/** One server to be: its RBAC configurations, and how it is spoken to. */
export interface RbacServer {
  readonly port: number;
  readonly protocol: 'http' | 'tcp';
  /** With mutual TLS, so that callers have principals. */
  readonly mutualTls: boolean;
  readonly rbac: readonly object[];
}

export interface SentRequest {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** SPIFFE id without its scheme; only with mutual TLS. */
  readonly principal?: string;
  readonly sni?: string;
  /** Signed and sent as a bearer token. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface Received {
  readonly allowed: boolean;
  /** Envoy's response_code_details of a denial over HTTP. */
  readonly details: string;
}

export interface RbacEnvoy {
  send(server: RbacServer, request: SentRequest): Promise<Received>;
  dispose(): Promise<void>;
}

const TYPE = 'type.googleapis.com';
const AUTHORITY = makeCertificate('mesh root');
const SERVER = makeCertificate('server', AUTHORITY, ['spiffe://cluster.local/ns/server/sa/server']);

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const JWKS = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }] });

/** A token of these claims, valid for long. */
function tokenOf(claims: Readonly<Record<string, unknown>>): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const body = `${encode({ alg: 'ES256', kid: 'one', typ: 'JWT' })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(body), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${body}.${signature.toString('base64url')}`;
}

/** Starts one real Envoy with a listener for each server. */
export async function startRbacEnvoy(binary: string, servers: readonly RbacServer[]): Promise<RbacEnvoy> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-rbac-'));
  const file = join(folder, 'envoy.json');
  writeFileSync(file, JSON.stringify({ static_resources: { listeners: servers.map(listenerOf), clusters: [] } }));
  const child = spawn(binary, ['-c', file, '--disable-hot-restart', '--concurrency', '1', '-l', 'error'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const certificates = new Map<string, Certificate>();
  await listening(child, servers.at(-1)?.port ?? 0);
  return {
    send: (server, request) => (server.protocol === 'http' ? sendHttp : sendTcp)(server, request, certificates),
    async dispose() {
      if (child.exitCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`Envoy did not start:\n${said}`);
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await sleep(50);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`Envoy did not listen within a minute:\n${said}`);
}

function credentials(principal: string | undefined, made: Map<string, Certificate>): Certificate {
  const id = principal ?? 'cluster.local/ns/nobody/sa/nobody';
  const certificate = made.get(id) ?? makeCertificate('client', AUTHORITY, [`spiffe://${id}`]);
  made.set(id, certificate);
  return certificate;
}

async function sendHttp(
  { port, mutualTls }: RbacServer,
  sent: SentRequest,
  made: Map<string, Certificate>,
): Promise<Received> {
  const { method = 'GET', path = '/', host = 'server', headers = {}, sni, claims } = sent;
  const options: RequestOptions = {
    host: '127.0.0.1',
    port,
    method,
    path,
    agent: false,
    headers: { ...headers, host, ...(claims !== undefined && { authorization: `Bearer ${tokenOf(claims)}` }) },
  };
  const outgoing = mutualTls
    ? requestHttps({
        ...options,
        ...credentials(sent.principal, made),
        rejectUnauthorized: false,
        // Without a name of its own, Node would send the one in the Host header.
        servername: sni ?? '',
      })
    : requestHttp(options);
  outgoing.end();
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  incoming.resume();
  await once(incoming, 'end');
  const { statusCode } = incoming;
  const details = String(incoming.headers['x-details'] ?? '');
  if (statusCode !== 200 && statusCode !== 403) throw new Error(`Envoy answered ${statusCode} ${details}`);
  return { allowed: statusCode === 200, details };
}

/** What is let in is sent back. */
async function sendTcp(
  { port, mutualTls }: RbacServer,
  { principal, sni }: SentRequest,
  made: Map<string, Certificate>,
): Promise<Received> {
  const socket = mutualTls
    ? connectTls({
        port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        ...credentials(principal, made),
        ...(sni !== undefined && { servername: sni }),
      })
    : connect(port, '127.0.0.1');
  const answered = Promise.withResolvers<boolean>();
  socket.on('data', () => answered.resolve(true));
  socket.on('error', () => answered.resolve(false));
  socket.on('close', () => answered.resolve(false));
  socket.write('ping');
  const allowed = await answered.promise;
  socket.destroy();
  return { allowed, details: '' };
}

function listenerOf(server: RbacServer): object {
  const { port, protocol, mutualTls } = server;
  return {
    name: `listener-${port}`,
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    ...(mutualTls && {
      listener_filters: [
        {
          name: 'envoy.filters.listener.tls_inspector',
          typed_config: { '@type': `${TYPE}/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector` },
        },
      ],
    }),
    filter_chains: [
      {
        filters: protocol === 'http' ? [httpManager(server)] : tcpFilters(server),
        ...(mutualTls && { transport_socket: downstreamTls() }),
      },
    ],
  };
}

function downstreamTls(): object {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: {
      '@type': `${TYPE}/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext`,
      require_client_certificate: true,
      common_tls_context: {
        tls_certificates: [
          { certificate_chain: { inline_string: SERVER.cert }, private_key: { inline_string: SERVER.key } },
        ],
        validation_context: { trusted_ca: { inline_string: AUTHORITY.cert } },
      },
    },
  };
}

/** As istiod sets up inbound HTTP: paths normalised, the token read before policies are asked. */
function httpManager({ rbac }: RbacServer): object {
  return {
    name: 'envoy.filters.network.http_connection_manager',
    typed_config: {
      '@type': `${TYPE}/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
      stat_prefix: 'http',
      normalize_path: true,
      use_remote_address: false,
      route_config: {
        virtual_hosts: [
          {
            name: 'all',
            domains: ['*'],
            routes: [{ match: { prefix: '/' }, direct_response: { status: 200 } }],
          },
        ],
      },
      local_reply_config: {
        mappers: [
          {
            filter: {
              status_code_filter: { comparison: { op: 'GE', value: { default_value: 400, runtime_key: 'none' } } },
            },
            headers_to_add: [{ header: { key: 'x-details', value: '%RESPONSE_CODE_DETAILS%' } }],
          },
        ],
      },
      http_filters: [
        jwtFilter(),
        ...rbac.map((config, index) => ({
          name: `rbac-${index}`,
          typed_config: { '@type': `${TYPE}/envoy.extensions.filters.http.rbac.v3.RBAC`, ...config },
        })),
        {
          name: 'envoy.filters.http.router',
          typed_config: { '@type': `${TYPE}/envoy.extensions.filters.http.router.v3.Router` },
        },
      ],
    },
  };
}

function jwtFilter(): object {
  return {
    name: 'envoy.filters.http.jwt_authn',
    typed_config: {
      '@type': `${TYPE}/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication`,
      providers: {
        one: {
          local_jwks: { inline_string: JWKS },
          payload_in_metadata: 'payload',
          normalize_payload_in_metadata: { space_delimited_claims: ['scope', 'permission'] },
        },
      },
      rules: [
        {
          match: { prefix: '/' },
          requires: { requires_any: { requirements: [{ provider_name: 'one' }, { allow_missing: {} }] } },
        },
      ],
    },
  };
}

function tcpFilters({ rbac }: RbacServer): object[] {
  return [
    ...rbac.map((config) => ({
      name: 'envoy.filters.network.rbac',
      typed_config: {
        '@type': `${TYPE}/envoy.extensions.filters.network.rbac.v3.RBAC`,
        stat_prefix: 'tcp.',
        ...config,
      },
    })),
    {
      name: 'envoy.filters.network.echo',
      typed_config: { '@type': `${TYPE}/envoy.extensions.filters.network.echo.v3.Echo` },
    },
  ];
}
