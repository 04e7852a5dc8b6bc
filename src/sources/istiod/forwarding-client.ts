import type { IstiodAccess } from '../../model/control-plane.ts';
import type { SourceError } from '../../model/source-error.ts';
import { createBreather } from '../breathe.ts';
import { type PodPort, type PortForward, podPortText } from '../pod-port.ts';
import { AskError } from './ask-error.ts';
import type { IstiodTarget } from './discover.ts';
import { type ForwardRefused, isNoWay, neitherWay, reasonIn } from './forward-failure.ts';
import type { HttpClient, HttpGet } from './http-client.ts';
import { type Exchange, statusFailure } from './http-failure.ts';

/** An HTTP client that knows more ways than one. */
export interface ForwardingClient extends HttpClient {
  /** How an istiod answers, as far as it is known; until then, how it is asked first. */
  accessTo(base: string): IstiodAccess;
}

export interface ForwardingOptions {
  readonly portForward: PortForward;
  /** Those without a pod are asked at their addresses alone. */
  readonly targets: readonly IstiodTarget[];
  /** For addresses. Closed with this client. Without it they are left alone: in another cluster they may be of others. */
  readonly direct?: HttpClient;
}

type Forwarded = 'answered' | ForwardRefused;

/**
 * Asks istiods through forwarded ports, which is their loopback address: there they ask for no token, and none is sent.
 * Where the API server forwards no port, their pod addresses are tried, as they are where no port is known.
 */
export function createForwardingClient({
  portForward,
  targets,
  direct = NOT_AT_ADDRESSES,
}: ForwardingOptions): ForwardingClient {
  const ports = new Map(targets.flatMap(({ base, port }) => (port === undefined ? [] : [[base, port] as const])));
  const atTheirAddress = new Set<string>();

  return {
    async get(get, consume, signal) {
      const to = atTheirAddress.has(get.base) ? undefined : ports.get(get.base);
      if (to === undefined) return direct.get(get, consume, signal);
      const forwarded = await askForwarded(portForward, { to, get, consume }, signal);
      if (forwarded === 'answered') return;
      try {
        await direct.get(get, consume, signal);
        atTheirAddress.add(get.base);
      } catch (error) {
        signal.throwIfAborted();
        throw neitherWay(forwarded, error);
      }
    },
    accessTo: (base) => (ports.has(base) && !atTheirAddress.has(base) ? 'port_forward' : 'http'),
    close: () => direct.close(),
  };
}

const NOT_AT_ADDRESSES: HttpClient = {
  get: () => Promise.reject(new AskError({ code: 'refused', detail: 'pods are asked through forwarded ports alone' })),
  close: async () => undefined,
};

async function askForwarded(
  portForward: PortForward,
  { to, get, consume }: { readonly to: PodPort; readonly get: HttpGet; readonly consume: (chunk: Uint8Array) => void },
  signal: AbortSignal,
): Promise<Forwarded> {
  const { path, deadlineMs, limitBytes, explain } = get;
  const breathe = createBreather();
  let begun = false;
  const take = async (chunk: Uint8Array): Promise<void> => {
    begun = true;
    consume(chunk);
    await breathe();
  };
  const answer = await portForward
    .ask(to, { method: 'GET', path, deadlineMs, limitBytes, take }, signal)
    .catch((cause: unknown) => {
      signal.throwIfAborted();
      const refused = reasonIn(cause);
      if (refused === undefined) throw cause;
      if (begun || !isNoWay(refused)) throw cause instanceof AskError ? cause : new AskError(refused, cause);
      return { refused, cause };
    });
  if ('refused' in answer) return answer;
  if (answer.status === 200) return 'answered';
  const text = Buffer.concat(answer.chunks).subarray(0, 4_096).toString('utf8');
  const host = podPortText(to);
  throw explain?.(answer.status, text) ?? new AskError(answeredThere(answer.status, { host, path, deadlineMs }));
}

/** On its loopback address istiod asks for no token: who is refused there needs no other one. */
function answeredThere(status: number, exchange: Exchange): SourceError {
  if (status === 404) return { code: 'not_found', detail: `${exchange.host} has no ${exchange.path}: ${SWITCHED_OFF}` };
  if (status !== 401 && status !== 403) return statusFailure(status, false, exchange);
  const detail = `${exchange.host} answered ${status} through a forwarded port, where istiod asks for no token; does a proxy in its pod take the port?`;
  return { code: 'denied', status, detail };
}

/** Here nothing else but istiod answers. */
const SWITCHED_OFF = 'its debug port is switched off (ENABLE_DEBUG_ON_HTTP=false)';
