import type { EpochSeconds } from './brand.ts';
import type { ProxyConnection } from './proxy.ts';
import type { SourceError } from './source-error.ts';

/** One istiod pod (or one fixed URL from config). */
export interface Istiod {
  /** Pod name; for a fixed URL, its host and port. */
  readonly name: string;
  readonly namespace: string;
  /** `default`, or the revision label's value. */
  readonly revision: string;
  /** Whether Kubernetes calls the pod Ready; absent for a fixed URL. Only a Ready istiod that cannot be asked blinds us. */
  readonly ready?: boolean;
  /** When its container started; a just restarted istiod lists few proxies (22 s, as measured). */
  readonly startedAt?: EpochSeconds;
}

/** How the answer was got. */
export type IstiodAccess = 'http' | 'xds' | 'port_forward';

/** The last poll of one istiod, and the last answer it gave. */
export interface IstiodAnswer {
  readonly istiod: Istiod;
  readonly access: IstiodAccess;
  /** Why it is not asked over HTTP, where it is asked over xDS instead. */
  readonly httpError?: SourceError;
  /** istiod's own version, where it told us. */
  readonly version?: string;
  /** When the last poll ended. */
  readonly polledAt: EpochSeconds;
  /** Why the last poll failed; absent when it succeeded. */
  readonly error?: SourceError;
  /** When `proxies` was answered; absent when this istiod never answered. */
  readonly answeredAt?: EpochSeconds;
  /** What the last good answer listed, kept while polls fail so that its proxies become UNKNOWN rather than gone. */
  readonly proxies: readonly ProxyConnection[];
  /** Rows of the last good answer that could not be read; absent when there were none. */
  readonly skippedRows?: number;
}

/** Every istiod found, whether or not it answered. */
export interface ControlPlane {
  /** Counts completed polls; history advances once for each. */
  readonly poll: number;
  readonly istiods: readonly IstiodAnswer[];
  /** Clusters of whose proxies nothing is said here, though these istiods list them: another snapshot has them. */
  readonly elsewhere?: ReadonlySet<string>;
}
