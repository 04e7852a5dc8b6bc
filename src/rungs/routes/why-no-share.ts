import { hasTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { loggingIn } from '../response-flags/access-logging.ts';
import { counted, span } from '../wording.ts';
import { callerRows, type ObservedSplit } from './observed-split.ts';
import type { Split } from './splits.ts';

interface ShareFacts {
  readonly split: Split;
  readonly observed: ObservedSplit | undefined;
  readonly rivals: readonly Split[];
  readonly snapshot: MeshSnapshot;
}

/** Why an observed share says nothing; undefined where it does. */
export function whyNoShare({ split, observed, rivals, snapshot }: ShareFacts): string | undefined {
  if (!hasTraffic(snapshot)) return 'no traffic source';
  const [rival] = rivals;
  if (rival !== undefined) {
    const { kind, namespace, name } = rival.object;
    return `${kind} ${namespace}/${name} divides the same route otherwise, and no log tells them apart`;
  }
  if (observed === undefined) return 'counted for too short a time since it was declared';
  const modes = loggingIn(snapshot, callerRows(observed.callers, snapshot));
  if (modes.has('filtered')) return 'callers log only some requests, so no share can be told';
  if (observed.verdict !== 'too_few') return undefined;
  const own = loggingIn(snapshot, [], split.object.namespace);
  if (observed.total === 0 && own.has('off')) return 'access logging is off';
  return `too few requests to judge by: ${counted(observed.total, 'request')} in ${span(observed.seconds)}`;
}
