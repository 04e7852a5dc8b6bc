import type { SyncAnswer } from '../answer-rows.ts';
import type { XdsAddress } from '../discover.ts';
import { askSyncOverXds, askVersionOverXds, type XdsAsk } from './ask-sync.ts';
import { openChannel, type XdsChannel } from './channel.ts';
import { knock } from './knock.ts';
import { xdsNode } from './node.ts';

/** One question to one istiod over xDS. */
export interface XdsQuestion {
  readonly to: XdsAddress;
  /** PEM of the authority that signs its certificate. */
  readonly ca: Buffer;
  readonly token: string | undefined;
  /** For the whole exchange. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Asks istiods over xDS, on connections that are kept from poll to poll. */
export interface XdsClient {
  /** @throws AskError with the bounded reason; the signal's own reason where the caller gave up */
  sync(question: XdsQuestion): Promise<SyncAnswer>;
  version(question: XdsQuestion): Promise<string | undefined>;
  /** Ends connections to all but these addresses. */
  keep(addresses: ReadonlySet<string>): void;
  close(): void;
}

interface Kept {
  readonly channel: XdsChannel;
  readonly serverName: string;
  readonly ca: Buffer;
}

/**
 * One stream for each poll, for istiod takes a stream that stays open for a client of its own and closes it when it will;
 * but all of them over one connection, which spares istiod a TLS handshake every few seconds.
 * @param limitBytes longest answer taken
 */
export function createXdsClient(limitBytes: number): XdsClient {
  const kept = new Map<string, Kept>();
  const drop = (address: string, { channel }: Kept): void => {
    kept.delete(address);
    channel.close();
  };
  const channelTo = async ({ to: { address, serverName }, ca, signal }: XdsQuestion): Promise<XdsChannel> => {
    const known = kept.get(address);
    if (known?.serverName === serverName && known.ca.equals(ca) && known.channel.isSound()) return known.channel;
    if (known !== undefined) drop(address, known);
    const peer = { address, serverName, ca, limitBytes };
    await knock(peer, signal);
    const channel = openChannel(peer);
    kept.set(address, { channel, serverName, ca });
    return channel;
  };
  const askOf = async (question: XdsQuestion): Promise<XdsAsk> => {
    const { to, token, deadlineMs, signal } = question;
    const channel = await channelTo(question);
    return { channel, node: xdsNode(token, to.namespace), token, deadlineMs, limitBytes, signal };
  };
  return {
    sync: async (question) => askSyncOverXds(await askOf(question)),
    version: (question) => askOf(question).then(askVersionOverXds, () => undefined),
    keep(addresses) {
      for (const [address, each] of [...kept]) if (!addresses.has(address)) drop(address, each);
    },
    close() {
      for (const [address, each] of [...kept]) drop(address, each);
    },
  };
}
