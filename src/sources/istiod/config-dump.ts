import { objectKey } from '../../model/cluster.ts';
import type { SourceError } from '../../model/source-error.ts';
import { compareText } from '../../model/text-order.ts';
import type { Pod } from '../../model/workload.ts';
import { AskError } from './ask-error.ts';
import { discoverIstiods, type IstiodTarget } from './discover.ts';
import { isClosed, NOR_OVER_HTTP } from './either-way.ts';
import { reasonIn } from './forward-failure.ts';
import type { HttpClient } from './http-client.ts';
import { isNotConnected, NotConnected, saysNotConnected } from './not-connected.ts';
import type { AccessWish } from './open-ways.ts';
import { readToken } from './token.ts';
import type { XdsWay } from './xds-way.ts';

/** How istiods are reached, in the order in which they are asked. */
export interface IstiodWay {
  /** Closed by who opened it. */
  readonly client: Pick<HttpClient, 'get'>;
  readonly targets: readonly IstiodTarget[];
  /** Sent to addresses of istiods; through a forwarded port they ask for none. */
  readonly tokenFile: string | undefined;
}

export interface ConfigDumpOptions {
  readonly way: IstiodWay;
  /** Asked where the debug port is off, blocked or denied. Closed by who opened it. */
  readonly xds?: Pick<XdsWay, 'dump'> | undefined;
  /** Default `auto`. `xds`: the debug port is left alone, where there is an `xds` to ask instead. */
  readonly access?: AccessWish;
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
  /** It came over xDS, for this reason. */
  readonly httpError?: SourceError;
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

/** The istiods among some pods, those that are ready first. */
export function istiodTargets(pods: Iterable<Pod>): readonly IstiodTarget[] {
  const byName = new Map([...pods].map((pod) => [objectKey(pod.namespace, pod.name), pod]));
  const isReady = ({ istiod }: IstiodTarget): number => Number(istiod.ready);
  return discoverIstiods(byName).toSorted(
    (one, other) => isReady(other) - isReady(one) || compareText(one.istiod.name, other.istiod.name),
  );
}

const DEADLINE_MS = 30_000;
const LIMIT_BYTES = 128 << 20;

export function createConfigDumps(options: ConfigDumpOptions): ConfigDumps {
  return {
    async read({ namespace, pod }, signal) {
      const proxy = `${pod}.${namespace}`;
      const istiods = await istiodsOf(options, proxy);
      let failed: unknown;
      for (const { name, ask } of istiods) {
        try {
          return { istiod: name, ...(await ask(signal)) };
        } catch (error) {
          signal.throwIfAborted();
          if (!isNotConnected(error)) failed ??= error;
        }
      }
      const names = istiods.map(({ name }) => name);
      throw failed ?? notFound(proxy, names);
    },
  };
}

interface AskableIstiod {
  readonly name: string;
  readonly ask: Ask;
}

type Ask = (signal: AbortSignal) => Promise<Omit<ConfigDump, 'istiod'>>;

async function istiodsOf(options: ConfigDumpOptions, proxy: string): Promise<readonly AskableIstiod[]> {
  const { way, xds, access = 'auto', deadlineMs = DEADLINE_MS, limitBytes = LIMIT_BYTES } = options;
  const path = `/debug/config_dump?proxyID=${encodeURIComponent(proxy)}&include_eds`;
  const token = await readToken(way.tokenFile);
  return way.targets.map(({ istiod: { name }, base, xds: to }) => {
    const ask: Ask = async (signal) => {
      const chunks: Uint8Array[] = [];
      const get = { base, path, token, deadlineMs, limitBytes, explain };
      await way.client.get(get, (chunk) => void chunks.push(chunk), signal);
      return { chunks };
    };
    if (access === 'http' || xds === undefined) return { name, ask };
    // A token is the matter of who opened the way over xDS.
    const overXds: Ask = async (signal) => ({
      chunks: [await xds.dump({ target: { xds: to }, token: undefined, signal }, proxy)],
    });
    return { name, ask: access === 'xds' ? overXds : httpElseXds(ask, overXds) };
  });
}

/** Over HTTP and, where that is closed, over xDS. It throws what is to be acted on, with both reasons. */
function httpElseXds(overHttp: Ask, overXds: Ask): Ask {
  return async (signal) => {
    try {
      return await overHttp(signal);
    } catch (error) {
      signal.throwIfAborted();
      const reason = reasonIn(error);
      if (reason === undefined || isNotConnected(error) || !isClosed(reason, error)) throw error;
      const answer = await overXds(signal).catch((other: unknown) => {
        signal.throwIfAborted();
        throw withBoth(other, reason);
      });
      return { ...answer, httpError: reason };
    }
  };
}

function withBoth(error: unknown, http: SourceError): unknown {
  const reason = reasonIn(error);
  if (reason === undefined || isNotConnected(error)) return error;
  return new AskError({ ...reason, detail: `${reason.detail}${NOR_OVER_HTTP}${http.detail}` }, error);
}

function explain(status: number, text: string): AskError | undefined {
  return status === 404 && saysNotConnected(text) ? new NotConnected() : undefined;
}

function notFound(proxy: string, istiods: readonly string[]): AskError {
  const asked = istiods.length === 0 ? 'there is none to ask' : `asked: ${istiods.join(', ')}`;
  return new AskError({ code: 'not_found', detail: `${proxy} is connected to no istiod (${asked})` });
}
