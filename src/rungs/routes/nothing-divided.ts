import type { ProxyRow } from '../../model/proxy-row.ts';
import { hasTraffic, recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { LONGEST_SECONDS } from '../../model/traffic-marks.ts';
import { loggingIn } from '../response-flags/access-logging.ts';
import type { Finding, Scope } from '../rung.ts';
import { isOfScope, rowsIn, rowsNotPassed, rungNotPassed, valuesOf } from '../scope.ts';
import { counted, span } from '../wording.ts';
import { isDivided, splitsOf } from './splits.ts';

const NOTHING = 'no weights divide requests';

/** What is said where no split is known to concern those asked about: that may be for want of knowledge of them. */
export function nothingDivided(snapshot: MeshSnapshot, scope: Scope): Finding {
  const rows = rowsIn(snapshot, scope);
  const notPassed = rungNotPassed(snapshot, rows);
  // They may hold other routes than those declared.
  if (notPassed !== undefined && rowsNotPassed(snapshot, rows).length === rows.length) {
    const summary = `rung ${notPassed} not passed`;
    return { verdict: 'unknown', summary, evidence: [`declared: ${NOTHING}`], notPassed };
  }
  const divided = valuesOf(splitsOf(snapshot.cluster.config)).filter(isDivided).length;
  const why = divided === 0 || scope.name === undefined ? undefined : whyCallsUnknown(snapshot, scope, rows);
  if (why === undefined) return { verdict: 'ok', summary: NOTHING, evidence: [] };
  const declared = `declared in the mesh: ${counted(divided, 'split')}`;
  return { verdict: 'unknown', summary: `whom it calls is not known: ${why}`, evidence: [declared] };
}

/** Undefined where logs tell whom a pod calls, if anybody, and for one without a proxy that could divide requests. */
function whyCallsUnknown(snapshot: MeshSnapshot, scope: Scope, rows: readonly ProxyRow[]): string | undefined {
  if (rows.every(({ type }) => type === 'ztunnel')) return undefined;
  if (!hasTraffic(snapshot)) return 'no traffic source';
  const recent = recentTraffic(snapshot, LONGEST_SECONDS);
  if (recent === undefined) return 'counted for too short a time';
  if (recent.requests.some(({ shape }) => isOfScope(shape, scope))) return undefined;
  if (loggingIn(snapshot, rows).has('off')) return 'access logging is off';
  return `it logged no request in ${span(recent.seconds)}`;
}
