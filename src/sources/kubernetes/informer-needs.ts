import type { EpochSeconds } from '../../model/brand.ts';
import type { SourceError } from '../../model/source-error.ts';
import type { KubeApi, RawObject } from './kube-api.ts';

/** Pauses and bounds, all but the first in milliseconds. */
export interface InformerTiming {
  /** We ask the server to end a watch after about this many seconds, so that a lost connection heals itself. */
  readonly watchSeconds: number;
  /** A server that sends bookmarks sends one a minute; silence for this long means that nobody is there. */
  readonly silenceMs: number;
  readonly retryBaseMs: number;
  readonly retryCapMs: number;
  /** Rights do not come back by asking often. */
  readonly deniedRetryMs: number;
  /** A CRD may be installed later. */
  readonly absentRetryMs: number;
  /** A watch that ends sooner than this counts as a failure for the pause before the next. */
  readonly shortWatchMs: number;
}

export const DEFAULT_TIMING: InformerTiming = Object.freeze({
  watchSeconds: 290,
  silenceMs: 130_000,
  retryBaseMs: 1_000,
  retryCapMs: 30_000,
  deniedRetryMs: 60_000,
  absentRetryMs: 180_000,
  shortWatchMs: 5_000,
});

export interface InformerNeeds<T> {
  readonly api: KubeApi;
  /** For messages: the plural name, and the namespace where it is one. */
  readonly label: string;
  /** The collection's path; undefined while the cluster does not know the kind. @throws KubeApiError */
  readonly locate: (signal: AbortSignal) => Promise<string | undefined>;
  /** A kind that a cluster may lack: a 404 means that there are none. */
  readonly optional: boolean;
  /** Selectors and page size. */
  readonly query: Readonly<Record<string, string>>;
  /** Asks for metadata only. */
  readonly metadataOnly: boolean;
  /** Undefined for an object that is none of ours; throws for one that cannot be read. */
  readonly map: (raw: RawObject) => T | undefined;
  readonly timing: InformerTiming;
  readonly random: () => number;
  readonly now: () => EpochSeconds;
  /** Called after each change of what `read` gives. */
  readonly changed: () => void;
  /** Called after each list, each watch that was accepted, each bookmark, and each failure. */
  readonly outcome: (outcome: InformerOutcome) => void;
}

export type InformerOutcome =
  | { readonly kind: 'ok' }
  /** The cluster does not serve the kind, by an answer that may be kept from a while ago. */
  | { readonly kind: 'absent' }
  /** The list or watch worked, but not every object in it can be read. */
  | { readonly kind: 'unreadable'; readonly error: SourceError }
  | { readonly kind: 'failed'; readonly error: SourceError };
