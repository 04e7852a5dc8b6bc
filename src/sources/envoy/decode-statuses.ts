import { bodyFlag, bodyNumber, bodyObject, bodyObjects, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import { type EnvoyClusterStatus, type EnvoyHost, type HostVerdict, isUsable } from '../../model/envoy-endpoint.ts';
import { decodeAddress } from './decode-address.ts';
import { formatLocality } from './decode-endpoints.ts';

/** The flags of `HostHealthStatus` (admin/v3/clusters.proto); Envoy writes those that are set. */
const FLAGS = [
  'failed_active_health_check',
  'failed_outlier_check',
  'failed_active_degraded_check',
  'pending_dynamic_removal',
  'pending_active_hc',
  'excluded_via_immediate_hc_fail',
  'active_hc_timeout',
  'failed_degraded_outlier_detection',
] as const;

/** One cluster of `/clusters?format=json`. */
export function decodeClusterStatus(body: EnvoyBody): EnvoyClusterStatus {
  return { name: bodyText(body, 'name') ?? '', hosts: bodyObjects(body, 'host_statuses').map(decodeHost) };
}

function decodeHost(body: EnvoyBody): EnvoyHost {
  const health = bodyObject(body, 'health_status');
  const eds = bodyText(health, 'eds_health_status') ?? 'UNKNOWN';
  const flags = FLAGS.filter((flag) => bodyFlag(health, flag));
  return {
    ...decodeAddress(bodyObject(body, 'address')),
    health: eds,
    weight: bodyNumber(body, 'weight'),
    priority: bodyNumber(body, 'priority') ?? 0,
    locality: formatLocality(bodyObject(body, 'locality')),
    verdict: verdictOf(eds, flags),
    flags,
  };
}

/** Ejected by outlier detection before anything else: such a host is passed over whatever its endpoints say of it. */
function verdictOf(eds: string, flags: readonly string[]): HostVerdict {
  if (flags.includes('failed_outlier_check')) return 'ejected';
  return isUsable(eds) && !flags.includes('failed_active_health_check') ? 'healthy' : 'unhealthy';
}
