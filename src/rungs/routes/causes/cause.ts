import type { ConfigObject } from '../../../model/workload.ts';
import type { Need } from '../../analysis/needs.ts';
import type { World } from '../../analysis/world.ts';
import type { Split } from '../splits.ts';

/** Who sends to the hosts of a split, as access logs tell it. */
export interface Caller {
  readonly namespace: string;
  readonly workload: string;
  readonly kind: 'sidecar' | 'gateway';
  /** By routes of the object itself. */
  readonly own: number;
  /** Past it, by any other route. */
  readonly past: number;
}

/** What a cause may be told from. */
export interface CauseFacts {
  readonly split: Split;
  /** Its VirtualService or HTTPRoute. */
  readonly object: ConfigObject;
  readonly world: World;
  /** Nobody, where no traffic is known. */
  readonly callers: readonly Caller[];
  /** `NAME.NAMESPACE STATE` of callers' proxies that do not hold what istiod sends. */
  readonly behind: readonly string[];
  /** Requests that came in at the proxies of the service while no proxy logged that it sent any. */
  readonly unaccounted: number;
  /** Other clusters are connected, or only some namespaces are watched: what is not seen may be there. */
  readonly isPartial: boolean;
}

export interface Found {
  /** It cannot work for anybody, whether or not traffic is seen. Otherwise traffic must bear it out. */
  readonly isCertain: boolean;
  /** A clause: `subset v2 is in no DestinationRule`. */
  readonly text: string;
  readonly evidence: readonly string[];
  /** What mends it, as a clause. */
  readonly mend: string;
  /** A command to look at what is to be mended. */
  readonly next: string;
}

/** It could not be told, for this reason. */
export interface Untold {
  readonly unknown: string;
}

/** One reason why a declared split has no effect. */
export interface Cause {
  readonly id: string;
  /** What it is, for the docs. */
  readonly what: string;
  /** By what it is told. */
  readonly sign: string;
  /** What mends it. */
  readonly mend: string;
  /** Pure. @returns undefined where it is not so */
  find(facts: CauseFacts): Found | Untold | undefined;
}

/** Why one of these kinds is unknown; undefined where all are known. */
export function untold(world: World, ...needs: readonly Need[]): Untold | undefined {
  for (const need of needs) {
    const unknown = world.unknown(need);
    if (unknown !== undefined) return { unknown };
  }
  return undefined;
}
