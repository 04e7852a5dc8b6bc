import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import type { SyncAnswer } from '../answer-rows.ts';
import { AskError } from '../ask-error.ts';
import type { XdsAddress } from '../discover.ts';
import type { XdsAsk } from './ask-debug.ts';
import { askDumpOverXds } from './ask-dump.ts';
import { askSyncOverXds, askVersionOverXds, HELP_MS } from './ask-sync.ts';
import { openChannel, type XdsChannel } from './channel.ts';
import { type Deadline, deadlineIn } from './deadline.ts';
import { knock } from './knock.ts';
import { xdsNode } from './node.ts';

/** Whom to ask, by what right, and for how long at most. */
export interface XdsQuestion {
  readonly to: XdsAddress;
  /** PEM of the authority that signs its certificate. */
  readonly ca: Buffer;
  readonly token: string | undefined;
  /** For the whole exchange: a new connection, and one more where it ended under way, included. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Asks istiods over xDS, on connections that are kept from poll to poll; who made it closes it. */
export interface XdsClient {
  /** @throws AskError with the bounded reason; the signal's own reason where the caller gave up */
  sync(question: XdsQuestion): Promise<SyncAnswer>;
  /** Nothing where it does not say, or not within two seconds. Never rejects. */
  version(question: XdsQuestion): Promise<string | undefined>;
  /**
   * What it would send a proxy, as its debug port would say.
   * @param proxy `POD.NAMESPACE`
   * @throws as `sync`; NotConnected where it is not connected to this istiod
   */
  dump(question: XdsQuestion, proxy: string): Promise<Uint8Array>;
  /** Ends connections to all but these addresses. */
  keep(addresses: ReadonlySet<string>): void;
  /** Lets go of all connections. */
  close(): void;
}

/**
 * One stream for each poll, for istiod takes a stream that stays open for a client of its own and closes it when it will;
 * but all of them over one connection, which spares istiod a TLS handshake every few seconds.
 * @param limitBytes longest answer taken
 */
export function createXdsClient(limitBytes: number): XdsClient {
  // gRPC would write to stderr itself, for the whole process; what fails is told by its callers.
  setLogVerbosity(logVerbosity.NONE);
  const channels = keepChannels(limitBytes);
  const connect = async (question: XdsQuestion, deadline: Deadline): Promise<XdsChannel> => {
    const { to, ca, signal } = question;
    await knock({ ...to, ca, limitBytes }, deadline, signal);
    // Another question may have connected meanwhile. Each knocks for itself, by its own deadline and signal.
    return channels.soundTo(question) ?? channels.open(question);
  };
  const ask = async <T>(question: XdsQuestion, by: (ask: XdsAsk) => Promise<T>): Promise<T> => {
    const { to, token, signal } = question;
    const deadline = deadlineIn(question.deadlineMs);
    const on = (channel: XdsChannel): Promise<T> =>
      by({ channel, node: xdsNode(token, to.namespace), token, deadline, limitBytes, signal });
    const channel = channels.soundTo(question);
    if (channel === undefined) return on(await connect(question, deadline));
    try {
      return await on(channel);
    } catch (error) {
      // istiod ends connections of half an hour, and a question may just have been under way: that is no news.
      if (!endedUnderWay(error) || channel.isSound()) throw error;
      return on(channels.soundTo(question) ?? (await connect(question, deadline)));
    }
  };
  return {
    sync: (question) => ask(question, askSyncOverXds),
    dump: (question, proxy) => ask(question, (means) => askDumpOverXds(means, proxy)),
    version(question) {
      const deadlineMs = Math.min(question.deadlineMs, HELP_MS);
      return ask({ ...question, deadlineMs }, askVersionOverXds).catch(() => undefined);
    },
    keep: channels.keep,
    close: () => channels.keep(new Set()),
  };
}

type Peer = Pick<XdsQuestion, 'to' | 'ca'>;

/** One channel for each address. */
interface KeptChannels {
  /** The one that is kept, if it is sound and of the same name and authority; any other is let go of. */
  soundTo(peer: Peer): XdsChannel | undefined;
  open(peer: Peer): XdsChannel;
  keep(addresses: ReadonlySet<string>): void;
}

interface Kept {
  readonly channel: XdsChannel;
  readonly serverName: string;
  readonly ca: Buffer;
}

function keepChannels(limitBytes: number): KeptChannels {
  const kept = new Map<string, Kept>();
  const drop = (address: string, { channel }: Kept): void => {
    kept.delete(address);
    channel.close();
  };
  return {
    soundTo({ to: { address, serverName }, ca }) {
      const known = kept.get(address);
      if (known?.serverName === serverName && known.ca.equals(ca) && known.channel.isSound()) return known.channel;
      if (known !== undefined) drop(address, known);
      return undefined;
    },
    open({ to, ca }) {
      const channel = openChannel({ ...to, ca, limitBytes });
      kept.set(to.address, { channel, serverName: to.serverName, ca });
      return channel;
    },
    keep(addresses) {
      for (const [address, each] of [...kept]) if (!addresses.has(address)) drop(address, each);
    },
  };
}

function endedUnderWay(error: unknown): boolean {
  return error instanceof AskError && error.reason.code === 'truncated';
}
