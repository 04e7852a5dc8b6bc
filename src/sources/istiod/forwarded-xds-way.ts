import { makeOnce } from '../../model/make-once.ts';
import type { SourceError } from '../../model/source-error.ts';
import { KubeApiError } from '../kubernetes/kube-api.ts';
import { type PodPort, type PortForward, podPortText } from '../pod-port.ts';
import { AskError } from './ask-error.ts';
import { type ForwardRefused, isNoWay, neitherWay } from './forward-failure.ts';
import { type Bridge, openBridge } from './xds/bridge.ts';
import type { XdsAsked, XdsWay } from './xds-way.ts';

/**
 * The same through forwarded ports, as istioctl asks; at the addresses of pods where the API server forwards none, and
 * where no port is known. For one command: connections are let go of all together.
 */
export function forwardedXdsWay(direct: XdsWay, portForward: PortForward): XdsWay {
  const bridges = new Map<string, Promise<Bridge>>();
  const bridgeTo = (to: PodPort): Promise<Bridge> => {
    return makeOnce(bridges, podPortText(to), () => openBridge(portForward, to));
  };
  const over = async <T, Q extends XdsAsked>(question: Q, ask: (question: Q) => Promise<T>): Promise<T> => {
    const { port } = question.target.xds;
    if (port === undefined) return ask(question);
    const bridge = await bridgeTo(port);
    try {
      return await ask(through(question, bridge.address, podPortText(port)));
    } catch (error) {
      question.signal.throwIfAborted();
      const forward = forwardFailure(error, bridge);
      if (forward === undefined) throw error;
      if (!isNoWay(forward.refused)) throw new AskError(forward.refused, forward.cause);
      return await atAddress(question, ask, forward);
    }
  };
  return {
    kind: (target) => direct.kind(target),
    sync: (question) => over(question, (asked) => direct.sync(asked)),
    dump: (question, proxy) => over(question, (asked) => direct.dump(asked, proxy)),
    version: (question) => over(question, (asked) => direct.version(asked)).catch(() => undefined),
    close() {
      direct.close();
      for (const bridge of bridges.values()) {
        bridge.then(
          (opened) => opened.close(),
          () => undefined,
        );
      }
    },
  };
}

function through<Q extends XdsAsked>(question: Q, address: string, forwardedTo: string): Q {
  const { target } = question;
  return { ...question, target: { ...target, xds: { ...target.xds, address, forwardedTo } } };
}

async function atAddress<T, Q extends XdsAsked>(
  question: Q,
  ask: (question: Q) => Promise<T>,
  forward: ForwardRefused,
): Promise<T> {
  try {
    return await ask(question);
  } catch (error) {
    question.signal.throwIfAborted();
    throw neitherWay(forward, error);
  }
}

/** What befell the connection; an answer of istiod's speaks for itself. */
const LOST: readonly SourceError['code'][] = ['refused', 'truncated', 'timeout'];

function forwardFailure(error: unknown, bridge: Bridge): ForwardRefused | undefined {
  if (!(error instanceof AskError) || !LOST.includes(error.reason.code)) return undefined;
  const cause = bridge.failure();
  return cause instanceof KubeApiError ? { refused: cause.reason, cause } : undefined;
}
