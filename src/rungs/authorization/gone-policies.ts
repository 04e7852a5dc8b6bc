import { objectKey } from '../../model/cluster.ts';
import { current } from '../../model/current.ts';
import type { DenialCount } from '../../model/denial-count.ts';
import { recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { AUTHORIZATION_POLICIES } from './read-policy.ts';

/** Who denied as long ago as this and not since has stopped. */
const QUIET_SECONDS = 20;

/** Denials of the last minutes by policies that are deleted: `over` are those that have stopped since. */
export interface GoneDenials {
  readonly isGone: (denied: DenialCount) => boolean;
  readonly isOver: (denied: DenialCount) => boolean;
}

/** Tells who denied and is there no more. Where policies are not known, nobody is gone. */
export function goneDenials(snapshot: MeshSnapshot): GoneDenials {
  const { cluster, takenAt, settings } = snapshot;
  const observed = cluster.config[AUTHORIZATION_POLICIES] ?? { state: 'pending' };
  const policies = current(observed, takenAt, settings.staleAfterSeconds);
  const isGone = ({ denial: { policyNamespace, policy } }: DenialCount): boolean =>
    policies !== undefined && isObject(policyNamespace, policy) && !policies.has(objectKey(policyNamespace, policy));
  // A proxy that has not heard of it goes on denying.
  const denying = new Set(recentTraffic(snapshot, QUIET_SECONDS)?.denials.map(keyOf));
  return { isGone, isOver: (denied) => isGone(denied) && !denying.has(keyOf(denied)) };
}

/** A ztunnel also names what it made itself of a PeerAuthentication, with `_`, which no object's name has. */
function isObject(policyNamespace: string, policy: string): boolean {
  return policyNamespace !== '' && policy !== 'none' && !policy.includes('_');
}

function keyOf({ proxyNamespace, workload, denial }: DenialCount): string {
  return [proxyNamespace, workload, denial.policyNamespace, denial.policy].join(' ');
}
