import type { Question, Way } from './access.ts';
import { readCa } from './ca-file.ts';
import type { XdsClient, XdsQuestion } from './xds/client.ts';

export interface XdsWayOptions {
  readonly caFile: string;
  /** For one istiod's whole answer. */
  readonly deadlineMs: number;
  /** Longest answer taken. */
  readonly limitBytes: number;
}

/** A way that holds connections. */
export interface XdsWay extends Way {
  close(): void;
}

/** Over xDS, with gRPC, which is loaded with the first question: few need it, and it takes some 13 MB. */
export function xdsWay({ caFile, deadlineMs, limitBytes }: XdsWayOptions): XdsWay {
  let loading: Promise<XdsClient> | undefined;
  let loaded: XdsClient | undefined;
  const client = async (): Promise<XdsClient> => {
    loading ??= import('./xds/client.ts').then(({ createXdsClient }) => createXdsClient(limitBytes));
    loaded = await loading;
    return loaded;
  };
  const questionOf = async ({ target, token, signal }: Question): Promise<XdsQuestion> => {
    return { to: target.xds, ca: await readCa(caFile), token, deadlineMs, signal };
  };
  return {
    kind: () => 'xds',
    async sync(question) {
      const asked = await questionOf(question);
      return (await client()).sync(asked);
    },
    async version(question) {
      const asked = await questionOf(question).catch(() => undefined);
      return asked && (await client()).version(asked);
    },
    keep: (targets) => loaded?.keep(new Set(targets.map(({ xds }) => xds.address))),
    close: () => loaded?.close(),
  };
}
