import { createBreather } from '../../breathe.ts';
import { DeadlinePassed, withDeadline } from '../../with-deadline.ts';
import { createAnswerRows, type SyncAnswer } from '../answer-rows.ts';
import { MAX_ROW_BYTES } from '../ask.ts';
import { AskError } from '../ask-error.ts';
import { type ConnectionTimes, createConnectionTimes } from '../connections.ts';
import { type ArrayCutter, createArrayCutter } from '../cut-array.ts';
import { asFields, readVersion } from '../schema.ts';
import { askDebug, askStatus, openStream, type XdsAsk } from './ask-debug.ts';
import type { XdsStream } from './channel.ts';
import { decodeClientConfig } from './client-config.ts';
import type { DiscoveryResponse, XdsNode } from './messages.ts';
import { namespaceOfToken } from './node.ts';

/**
 * What every proxy of one istiod has been sent and has acknowledged: as its debug port would say, or else by state.
 * @throws AskError
 */
export async function askSyncOverXds(ask: XdsAsk): Promise<SyncAnswer> {
  const stream = openStream(ask);
  try {
    const body = await askDebug(stream, ask.node, 'syncz');
    if (body === undefined) return await rowsOfStatus(await askStatus(stream, ask.node), ask.limitBytes);
    return await rowsOfBody(body, ask.limitBytes, await askTimes(stream, ask));
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return await askAsOutsider(ask, error);
  } finally {
    stream.end();
  }
}

/** What is only a help must not hold up the poll. */
export const HELP_MS: number = 2_000;

/** istiod's own version, e.g. `1.30.3`; nothing where it does not say. */
export async function askVersionOverXds(ask: XdsAsk): Promise<string | undefined> {
  const stream = openStream(ask);
  try {
    return versionIn(await askStatus(stream, ask.node));
  } catch {
    return undefined;
  } finally {
    stream.end();
  }
}

/**
 * When connections were opened. A help, no need: without an answer in time nothing is known of it, and nothing fails. A
 * question that is still under way then ends with its stream.
 */
async function askTimes(stream: XdsStream, { node, signal }: XdsAsk): Promise<ConnectionTimes | undefined> {
  const options = { what: 'asking when connections were opened', afterMs: HELP_MS, signal };
  try {
    return await withDeadline(options, () => readTimes(stream, node));
  } catch (error) {
    if (error instanceof DeadlinePassed) return undefined;
    throw error;
  }
}

async function readTimes(stream: XdsStream, node: XdsNode): Promise<ConnectionTimes | undefined> {
  const collector = createConnectionTimes();
  const ignore = (): void => undefined;
  const handlers = { element: collector.take, oversized: ignore, document: ignore };
  try {
    const body = await askDebug(stream, node, 'connections');
    if (body === undefined) return undefined;
    await cut(body, createArrayCutter(handlers, { maxElementBytes: 4_096, place: 'in_object' }));
    return collector.times();
  } catch {
    return undefined;
  }
}

async function rowsOfBody(
  body: Uint8Array,
  limitBytes: number,
  times: ConnectionTimes | undefined,
): Promise<SyncAnswer> {
  const rows = createAnswerRows(limitBytes);
  await cut(body, createArrayCutter(rows, { maxElementBytes: MAX_ROW_BYTES }));
  return rows.finish(times);
}

/** A few rows at a time, so that others get their turn. */
const PIECE_BYTES = 64 << 10;

async function cut(body: Uint8Array, cutter: ArrayCutter): Promise<void> {
  const breathe = createBreather();
  for (let at = 0; at < body.length; at += PIECE_BYTES) {
    cutter.push(body.subarray(at, at + PIECE_BYTES));
    await breathe();
  }
  cutter.end();
}

async function rowsOfStatus({ resources }: DiscoveryResponse, limitBytes: number): Promise<SyncAnswer> {
  const breathe = createBreather();
  const rows = createAnswerRows(limitBytes);
  for (const resource of resources) {
    rows.row(resource.length > MAX_ROW_BYTES ? 'unreadable' : decodeClientConfig(resource));
    await breathe();
  }
  return rows.finish();
}

/** Refused for the namespace of the token: others may ask for states all the same, in some versions for their own. */
async function askAsOutsider(ask: XdsAsk, refused: AskError): Promise<SyncAnswer> {
  const stream = openStream(ask);
  try {
    const answer = await rowsOfStatus(await askStatus(stream, ask.node), ask.limitBytes);
    // Since Istio 1.28.7, 1.29.3 and 1.30 strangers are shown the proxies of their own namespace, as if there were no
    // others: that must not pass for the whole mesh.
    if (showsOthers(answer, namespaceOfToken(ask.token))) return answer;
  } catch {
    ask.signal.throwIfAborted();
  } finally {
    stream.end();
  }
  throw refused;
}

/** Whether proxies are shown that are not of the one namespace that a stranger is shown. */
function showsOthers({ proxies }: SyncAnswer, own: string | undefined): boolean {
  const [first] = proxies;
  return proxies.some(({ namespace }) => namespace !== (own ?? first?.namespace));
}

function isForbidden(error: unknown): error is AskError {
  return error instanceof AskError && error.reason.code === 'denied' && error.reason.status === 403;
}

/** `{"Component":"istiod","ID":"istiod-…","Info":{"version":"1.30.3",…}}` */
function versionIn({ controlPlane }: DiscoveryResponse): string | undefined {
  if (controlPlane === undefined || controlPlane.length > 4_096) return undefined;
  try {
    const info = asFields(asFields(JSON.parse(controlPlane))?.['Info']);
    return readVersion(info?.['version']) || undefined;
  } catch {
    return undefined;
  }
}
