import type { Cause, CauseFacts, Found } from './cause.ts';
import { clientOutside } from './client-outside.ts';
import { noWaypoint } from './no-waypoint.ts';
import { notBound } from './not-bound.ts';
import { notExported } from './not-exported.ts';
import { parentRefs } from './parent-refs.ts';
import { portProtocol } from './port-protocol.ts';
import { rival } from './rival.ts';
import { ruleHidden } from './rule-hidden.ts';
import { shadowed } from './shadowed.ts';
import { sidecarEgress } from './sidecar-egress.ts';
import { staleCallers } from './stale-callers.ts';
import { subsetMissing } from './subset-missing.ts';
import { unknownHost } from './unknown-host.ts';

/** Why a declared split has no effect, the likeliest first: the order in which they are looked for. */
export const CAUSES: readonly Cause[] = [
  staleCallers,
  unknownHost,
  subsetMissing,
  ruleHidden,
  notBound,
  parentRefs,
  shadowed,
  rival,
  portProtocol,
  notExported,
  sidecarEgress,
  noWaypoint,
  clientOutside,
];

export interface NamedCause extends Found {
  readonly id: string;
}

/** What was found, certain ones first, and what could not be told. */
export interface CausesFound {
  readonly found: readonly NamedCause[];
  /** Each reason once. */
  readonly untold: readonly string[];
}

/** Asks every cause: what one finds does not keep the others from being found. */
export function findCauses(facts: CauseFacts): CausesFound {
  const found: NamedCause[] = [];
  const untold = new Set<string>();
  for (const { id, find } of CAUSES) {
    const answer = find(facts);
    if (answer === undefined) continue;
    if ('unknown' in answer) untold.add(answer.unknown);
    else found.push({ id, ...answer });
  }
  const certain = found.filter(({ isCertain }) => isCertain);
  return { found: [...certain, ...found.filter(({ isCertain }) => !isCertain)], untold: [...untold] };
}
