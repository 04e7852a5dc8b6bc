import type { Question, Way } from './access.ts';
import { AskError } from './ask-error.ts';
import type { XdsAddress } from './discover.ts';
import type { XdsClient, XdsQuestion } from './xds/client.ts';

/** How istiods prove who they are, and how who asks does. */
export interface XdsTrust {
  /** PEM of the authority that signs its certificate. @throws AskError where it cannot be had */
  readonly ca: (to: XdsAddress, signal: AbortSignal) => Promise<Buffer>;
  /** For questions that bear none. @throws AskError where it cannot be had */
  readonly token?: (to: XdsAddress, signal: AbortSignal) => Promise<string | undefined>;
  /** What to do where an istiod asks for a token and there is none, in the terms of who asks. */
  readonly withoutToken?: string;
}

export interface XdsWayOptions {
  readonly trust: XdsTrust;
  /** For one istiod's whole answer. */
  readonly deadlineMs: number;
  /** Longest answer taken. */
  readonly limitBytes: number;
}

/** Of a question, what matters here. */
export interface XdsAsked extends Pick<Question, 'token' | 'signal'> {
  readonly target: { readonly xds: XdsAddress };
}

/** A way that holds connections. */
export interface XdsWay extends Way {
  /**
   * What it would send a proxy, as its debug port would say.
   * @param proxy `POD.NAMESPACE`
   * @throws as `sync`; NotConnected where it is not connected to this istiod
   */
  dump(question: XdsAsked, proxy: string): Promise<Uint8Array>;
  close(): void;
}

/** Over xDS, with gRPC, which is loaded with the first question: few need it, and it takes some 13 MB. */
export function xdsWay({ trust, deadlineMs, limitBytes }: XdsWayOptions): XdsWay {
  let loading: Promise<XdsClient> | undefined;
  let loaded: XdsClient | undefined;
  const client = async (): Promise<XdsClient> => {
    loading ??= import('./xds/client.ts').then(({ createXdsClient }) => createXdsClient(limitBytes));
    loaded = await loading;
    return loaded;
  };
  const questionOf = async ({ target: { xds: to }, token, signal }: XdsAsked): Promise<XdsQuestion> => {
    const ca = await trust.ca(to, signal);
    return { to, ca, token: token ?? (await trust.token?.(to, signal)), deadlineMs, signal };
  };
  const ask = async <T>(question: XdsAsked, by: (client: XdsClient, asked: XdsQuestion) => Promise<T>): Promise<T> => {
    const asked = await questionOf(question);
    try {
      return await by(await client(), asked);
    } catch (error) {
      throw asked.token === undefined ? withoutToken(error, asked.to, trust) : error;
    }
  };
  return {
    kind: () => 'xds',
    sync: (question) => ask(question, (by, asked) => by.sync(asked)),
    dump: (question, proxy) => ask(question, (by, asked) => by.dump(asked, proxy)),
    async version(question) {
      const asked = await questionOf(question).catch(() => undefined);
      return asked && (await client()).version(asked);
    },
    keep: (targets) => loaded?.keep(new Set(targets.map(({ xds }) => xds.address))),
    close: () => loaded?.close(),
  };
}

function withoutToken(error: unknown, { address, forwardedTo }: XdsAddress, { withoutToken }: XdsTrust): unknown {
  if (!(error instanceof AskError) || error.reason.code !== 'denied' || withoutToken === undefined) return error;
  const detail = `${forwardedTo ?? address} asks for a token: ${withoutToken}`;
  return error.reason.status === 401 ? new AskError({ ...error.reason, detail }, error) : error;
}
