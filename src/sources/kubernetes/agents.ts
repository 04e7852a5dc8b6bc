import { createHash } from 'node:crypto';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { TlsMaterial } from './kube-access.ts';

export interface AgentTimeouts {
  readonly connectMs: number;
  readonly headersMs: number;
  /** Silence inside of a body, for calls; streams may be silent for as long as they like. */
  readonly bodyMs: number;
}

/** Connections kept open between requests: one set for calls, one for streams, so that these never wait for those. */
export interface Agents {
  readonly calls: Dispatcher;
  readonly streams: Dispatcher;
}

export interface AgentPool {
  /** The agents for this TLS material; made anew when a CA or certificate was rotated. */
  of(tls: TlsMaterial): Agents;
  close(): Promise<void>;
}

const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 30_000 };
const MAX_CALL_CONNECTIONS = 8;

/** The library makes a new agent for each request; sharing two saves a TLS handshake each time. */
export function createAgentPool(timeouts: AgentTimeouts, proxyUrl: string | undefined): AgentPool {
  let key = '';
  let agents: Agents | undefined;
  return {
    of(tls) {
      const wanted = keyOf(tls);
      if (agents !== undefined && key === wanted) return agents;
      // The old ones finish what they carry; nothing new goes to them.
      if (agents !== undefined) void closeAll(agents);
      key = wanted;
      agents = {
        calls: createAgent({ tls, timeouts, proxyUrl, connections: MAX_CALL_CONNECTIONS, bodyMs: timeouts.bodyMs }),
        streams: createAgent({ tls, timeouts, proxyUrl, connections: null, bodyMs: 0 }),
      };
      return agents;
    },
    async close() {
      if (agents === undefined) return;
      await Promise.all([agents.calls.destroy(), agents.streams.destroy()]);
      agents = undefined;
    },
  };
}

interface AgentNeeds {
  readonly tls: TlsMaterial;
  readonly timeouts: AgentTimeouts;
  readonly proxyUrl: string | undefined;
  readonly connections: number | null;
  readonly bodyMs: number;
}

function createAgent({ tls, timeouts, proxyUrl, connections, bodyMs }: AgentNeeds): Dispatcher {
  const limits = {
    headersTimeout: timeouts.headersMs,
    bodyTimeout: bodyMs,
    connections,
    // One connection a stream: a stalled HTTP/2 connection would take every watch with it.
    allowH2: false,
  };
  const connect = { ...KEEP_ALIVE, timeout: timeouts.connectMs };
  if (proxyUrl !== undefined)
    return new ProxyAgent({ ...limits, uri: proxyUrl, requestTls: { ...tls, ...connect }, connect });
  return new Agent({ ...limits, connect: { ...tls, ...connect } });
}

async function closeAll(agents: Agents): Promise<void> {
  await Promise.allSettled([agents.calls.close(), agents.streams.close()]);
}

function keyOf({ ca, cert, key, servername, rejectUnauthorized }: TlsMaterial): string {
  const hash = createHash('sha256');
  for (const part of [ca, cert, key, servername]) hash.update(part ?? '').update('\0');
  return hash.update(String(rejectUnauthorized)).digest('hex');
}
