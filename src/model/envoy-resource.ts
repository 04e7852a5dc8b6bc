import type { EpochSeconds } from './brand.ts';
import type { EnvoyBody } from './envoy-body.ts';

/** The parts of a config dump that are listed and compared. */
export type EnvoySection = 'clusters' | 'listeners' | 'routes' | 'endpoints';

export const ENVOY_SECTIONS: readonly EnvoySection[] = ['clusters', 'listeners', 'routes', 'endpoints'];

/**
 * Where a resource stands: `static` (from the bootstrap), `active` (from istiod), `warming` (waits for something else,
 * such as a secret), `draining` (on its way out), `rejected` (refused by Envoy, which has no older one).
 */
export type EnvoyState = 'static' | 'active' | 'warming' | 'draining' | 'rejected';

/** An update that Envoy refused (`error_state`): what is active beside it is the last good one. */
export interface EnvoyRejection {
  readonly section: EnvoySection;
  readonly name: string;
  /** Envoy's own words. */
  readonly details: string;
  readonly at?: EpochSeconds;
}

/** What every resource of a dump has. */
export interface EnvoyResource {
  /** As Envoy names it; empty where it has no name. */
  readonly name: string;
  readonly state: EnvoyState;
  readonly body: EnvoyBody;
}
