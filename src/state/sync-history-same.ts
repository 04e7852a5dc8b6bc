import type { ListedProxy } from '../model/newest-connections.ts';
import type { ProxyConnection, TypeSync } from '../model/proxy.ts';
import type { ProxyHistory } from '../model/sync-history.ts';
import type { XdsType } from '../model/xds.ts';

/** Whether an istiod says of a proxy what was known of it already. */
export function saysTheSame(before: ProxyHistory, { connection, answer }: ListedProxy): boolean {
  const { istiod, access } = answer;
  if (before.istiod !== istiod.name || before.access !== access || before.revision !== istiod.revision) return false;
  const old = before.connection;
  return old !== undefined && (old === connection || (isLike(old, connection) && haveSameTypes(old, connection)));
}

function isLike(one: ProxyConnection, other: ProxyConnection): boolean {
  return (
    one.connectedAt === other.connectedAt &&
    one.type === other.type &&
    one.istioVersion === other.istioVersion &&
    one.endpointAckedRatio === other.endpointAckedRatio
  );
}

function haveSameTypes(one: ProxyConnection, other: ProxyConnection): boolean {
  let more = 0;
  for (const name in one.types) {
    const type = name as XdsType;
    if (!areEqual(one.types[type], other.types[type])) return false;
    more += 1;
  }
  for (const _ in other.types) more -= 1;
  return more === 0;
}

function areEqual(one: TypeSync | undefined, other: TypeSync | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.state !== other.state || one.sent !== other.sent || one.acked !== other.acked) return false;
  // Over xDS there may be no nonces: then the time alone tells of another push.
  return one.sentAt === other.sentAt && one.error === other.error;
}
