import { compareText } from '../../model/text-order.ts';
import type { Pod } from '../../model/workload.ts';
import type { PodPort, PortForward } from '../pod-port.ts';
import { AskError, invalid } from './ask-error.ts';
import { type IstiodTarget, isIstiod, monitoringPortOf } from './discover.ts';
import type { HttpClient } from './http-client.ts';
import { readToken } from './token.ts';

/** How istiods are reached. */
export type IstiodWay =
  /** By their addresses; without a token an istiod answers only on its loopback address. */
  | {
      readonly kind: 'http';
      readonly client: HttpClient;
      readonly targets: readonly IstiodTarget[];
      readonly tokenFile: string | undefined;
    }
  /** Through forwarded ports, which is its loopback address: it asks for no token. */
  | { readonly kind: 'port_forward'; readonly portForward: PortForward; readonly ports: readonly PodPort[] };

export interface ConfigDumpOptions {
  readonly way: IstiodWay;
  /** For each istiod. Default 30 s. */
  readonly deadlineMs?: number;
  /** Longest answer taken. Default 128 MiB. */
  readonly limitBytes?: number;
}

/** What one istiod would send a proxy, as it came: Envoy's decoder reads it. */
export interface ConfigDump {
  /** Which istiod. */
  readonly istiod: string;
  readonly chunks: readonly Uint8Array[];
}

/** Reads of istiods' `/debug/config_dump`. An answer costs istiod a whole generation of the proxy's configuration. */
export interface ConfigDumps {
  /**
   * What the istiod that the proxy is connected to would send it. Istiods are asked one after the other: those it is not
   * connected to say so, and it costs them nothing.
   * @throws with the bounded reason in `reason`: AskError `not_found` where no istiod has it, else what went wrong
   */
  read(proxy: { readonly namespace: string; readonly pod: string }, signal: AbortSignal): Promise<ConfigDump>;
}

/** The ports to forward of the istiods among some pods, those that are ready first. */
export function istiodPorts(pods: Iterable<Pod>): readonly PodPort[] {
  return [...pods]
    .filter(isIstiod)
    .toSorted((one, other) => Number(other.ready) - Number(one.ready) || compareText(one.name, other.name))
    .map((pod) => ({ namespace: pod.namespace, pod: pod.name, port: monitoringPortOf(pod) }));
}

const DEADLINE_MS = 30_000;
const LIMIT_BYTES = 128 << 20;

export function createConfigDumps({ way, ...bounds }: ConfigDumpOptions): ConfigDumps {
  const { deadlineMs = DEADLINE_MS, limitBytes = LIMIT_BYTES } = bounds;
  return {
    async read({ namespace, pod }, signal) {
      const path = `/debug/config_dump?proxyID=${encodeURIComponent(`${pod}.${namespace}`)}&include_eds`;
      const istiods = await istiodsOf(way, { path, deadlineMs, limitBytes });
      let failed: unknown;
      for (const { name, ask } of istiods) {
        try {
          return { istiod: name, chunks: await ask(signal) };
        } catch (error) {
          signal.throwIfAborted();
          if (!isNotConnected(error)) failed ??= error;
        }
      }
      throw (
        failed ??
        notFound(
          `${pod}.${namespace}`,
          istiods.map(({ name }) => name),
        )
      );
    },
  };
}

interface Asked {
  readonly path: string;
  readonly deadlineMs: number;
  readonly limitBytes: number;
}

interface AskableIstiod {
  readonly name: string;
  ask(signal: AbortSignal): Promise<readonly Uint8Array[]>;
}

/** Its answer that the proxy is another's, or nobody's (Istio pilot/pkg/xds/debug.go, `getProxyConnection`). */
class NotConnected extends AskError {}

/** The HTTP client hands on what it was told as the cause of its own error. */
function isNotConnected(error: unknown): boolean {
  return error instanceof NotConnected || (error instanceof AskError && error.cause instanceof NotConnected);
}

async function istiodsOf(way: IstiodWay, asked: Asked): Promise<readonly AskableIstiod[]> {
  if (way.kind === 'port_forward') {
    return way.ports.map((to) => ({ name: to.pod, ask: (signal) => askForwarded(way.portForward, to, asked, signal) }));
  }
  const { client, targets, tokenFile } = way;
  const token = await readToken(tokenFile);
  return targets.map(({ istiod, base }) => ({
    name: istiod.name,
    ask: async (signal) => {
      const chunks: Uint8Array[] = [];
      await client.get({ base, token, ...asked, explain }, (chunk) => void chunks.push(chunk), signal);
      return chunks;
    },
  }));
}

async function askForwarded(
  portForward: PortForward,
  to: PodPort,
  asked: Asked,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const { status, chunks } = await portForward.ask(to, { method: 'GET', ...asked }, signal);
  if (status === 200) return chunks;
  const text = Buffer.concat(chunks).subarray(0, 4_096).toString('utf8');
  const detail = `istiod ${to.pod} answers ${status} to /debug/config_dump`;
  throw explain(status, text) ?? (status === 404 ? new AskError({ code: 'not_found', detail }) : invalid(detail));
}

function explain(status: number, text: string): AskError | undefined {
  if (status !== 404 || !text.startsWith('Proxy not connected')) return undefined;
  return new NotConnected({ code: 'not_found', detail: 'the proxy is not connected to this istiod' });
}

function notFound(proxy: string, istiods: readonly string[]): AskError {
  const asked = istiods.length === 0 ? 'there is none to ask' : `asked: ${istiods.join(', ')}`;
  return new AskError({ code: 'not_found', detail: `${proxy} is connected to no istiod (${asked})` });
}
