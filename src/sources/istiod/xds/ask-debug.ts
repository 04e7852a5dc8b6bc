import { invalid } from '../ask-error.ts';
import type { XdsChannel, XdsStream } from './channel.ts';
import type { Deadline } from './deadline.ts';
import { type DiscoveryResponse, readResponse, writeRequest, type XdsNode } from './messages.ts';

/** How one istiod is asked over xDS. */
export interface XdsAsk {
  readonly channel: XdsChannel;
  readonly node: XdsNode;
  readonly token: string | undefined;
  readonly deadline: Deadline;
  readonly limitBytes: number;
  readonly signal: AbortSignal;
}

/** The answers of the debug port, byte for byte (Istio pilot/pkg/xds/debuggen.go). Gone where that port is off. */
const DEBUG = 'istio.io/debug';
/** The states of proxies as istiod judges them (Istio pilot/pkg/xds/statusgen.go); what `istioctl proxy-status` asks. */
const STATUS = 'istio.io/debug/syncz';

/** A stream of its own for one exchange; who opened it ends it. @param path what is asked, for the words of a failure */
export function openStream({ channel, token, deadline, signal }: XdsAsk, path: string = STATUS): XdsStream {
  return channel.open({ token, deadline, path, signal });
}

/** @returns the body of `/debug/WHAT`; undefined where istiod has none such */
export async function askDebug(stream: XdsStream, node: XdsNode, what: string): Promise<Uint8Array | undefined> {
  const answer = await stream.ask(writeRequest({ typeUrl: DEBUG, resourceNames: [what], node }));
  const [body] = understood(answer, DEBUG).resources;
  // The status of the answer is lost on the way: what is not there comes as text.
  return body === undefined || NOT_THERE.equals(body.subarray(0, NOT_THERE.length)) ? undefined : body;
}

const NOT_THERE = Buffer.from('404 ');

/** The states of proxies, by istiod's own judgement. */
export async function askStatus(stream: XdsStream, node: XdsNode): Promise<DiscoveryResponse> {
  return understood(await stream.ask(writeRequest({ typeUrl: STATUS, resourceNames: [], node })), STATUS);
}

/** @throws AskError `invalid` where it is no answer to what was asked */
function understood(answer: Uint8Array, typeUrl: string): DiscoveryResponse {
  const response = readOrUndefined(answer);
  if (response === undefined) throw invalid(`the answer to ${typeUrl} is no DiscoveryResponse`);
  if (response.typeUrl !== typeUrl) throw invalid(`the answer to ${typeUrl} is of another type`);
  return response;
}

function readOrUndefined(answer: Uint8Array): DiscoveryResponse | undefined {
  try {
    return readResponse(answer);
  } catch {
    return undefined;
  }
}
