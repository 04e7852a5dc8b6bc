import type { EpochSeconds } from '../../model/brand.ts';

/** One file of a bundle. Nothing of it is ever written anywhere, so its path cannot lead anybody astray. */
export interface BundleEntry {
  /** As the bundle has it, with `/` between its parts; a stranger's words. */
  readonly path: string;
  readonly bytes: number;
  /** When it was written, where the bundle says. */
  readonly writtenAt?: EpochSeconds;
  /**
   * What is in it, once. Not reading it, or not to the end, is fine.
   * @throws BundleCut where the bundle ends in the middle of it
   */
  chunks(): AsyncIterable<Uint8Array>;
}

/** What a bundle may at most hold. */
export interface BundleLimits {
  /** All of it, unpacked. */
  readonly totalBytes: number;
  readonly entries: number;
}

/** Reports of meshes of a thousand proxies have some gigabytes. */
export const BUNDLE_LIMITS: BundleLimits = { totalBytes: 8 * 1024 ** 3, entries: 200_000 };

/** This is no bundle, or it cannot be read at all. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

/** What was read so far is sound, and the rest cannot be read. */
export class BundleCut extends Error {
  override readonly name = 'BundleCut';
}
