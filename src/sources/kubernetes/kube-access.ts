import type { RequestOptions } from 'node:https';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';

/** What TLS needs to know of us and of the server. */
export interface TlsMaterial {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** How to prove who we are, for one request. Never logged. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsMaterial;
}

/** One API server, and how we show ourselves to it. */
export interface KubeAccess {
  /** Base URL, with a path where the server has one (Rancher), without a slash at its end. */
  readonly server: string;
  /** HTTP proxy to the server. */
  readonly proxyUrl?: string;
  /** Where this came from, for the log: `in-cluster`, or the context and its file. */
  readonly origin: string;
  /** Asked before each request: files and exec plugins give a new token in time. Rejects when they cannot. */
  credentials(): Promise<Credentials>;
  /** Forgets every cached token and reads the files anew; for after a 401. */
  renew(): Promise<void>;
}

/**
 * Lets the library's KubeConfig do what it is good at: tokens, token files, exec plugins, certificates.
 * @param load reads the configuration; called again by `renew`, since the library caches tokens inside of it
 */
export async function createKubeAccess(load: () => Promise<KubeConfig>, origin: string): Promise<KubeAccess> {
  let config = await load();
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error(`${origin} names no cluster`);
  return {
    server: cluster.server,
    ...(cluster.proxyUrl !== undefined && { proxyUrl: cluster.proxyUrl }),
    origin,
    credentials: () => credentialsOf(config),
    async renew() {
      config = await load();
    },
  };
}

/** The library refuses plain HTTP unless TLS checks are off; where there is no TLS, there is nothing to check. */
export function allowPlainHttp(cluster: Cluster): Cluster {
  return cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster;
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return { headers: headersOf(options), tls: tlsOf(options) };
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  // Trimmed: a token file often ends with a newline, which no header may hold.
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = String(value).trim();
  if (typeof options.auth === 'string') {
    headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  return headers;
}

function tlsOf(options: RequestOptions): TlsMaterial {
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  return {
    ...(isPem(ca) && { ca }),
    ...(isPem(cert) && { cert }),
    ...(isPem(key) && { key }),
    ...(servername !== undefined && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
}

function isPem(value: unknown): value is string | Buffer {
  return typeof value === 'string' || Buffer.isBuffer(value);
}
