import type { RecordingSpec } from '../alert.ts';
import { heldWhileBlind, lastSeen, sourceIsUp } from '../promql.ts';
import { FAMILIES } from './families.ts';

export const AGE = 'proxy:meshladder_out_of_sync_seconds:age';
export const VERDICTS = 'namespace_verdict:meshladder_expected_proxies:max';
export const SHARE = 'namespace:meshladder_expected_proxies_out_of_sync:ratio';
export const BLOCKED = 'namespace_policy:meshladder_xds_blocked_by_network_policy:max';
const VERDICTS_OF_MESH = 'mesh_verdict:meshladder_expected_proxies:sum';

/** Whom nobody hears is unknown, and of those no share is known. */
const HEARD = `and on (mesh_cluster) ${sourceIsUp('istiod')}`;
const PROXY = 'mesh_cluster, proxy_namespace, proxy, workload, proxy_type';

function share(verdicts: string, by: string): string {
  const behind = `sum by (${by}) (${verdicts}{verdict=~"stale|missing|rejected"})`;
  return `${behind}\n/\n(sum by (${by}) (${verdicts}) > 0)\n${HEARD}`;
}

/** The sync state of proxies, each by itself, by namespace and by mesh. */
export const RECORDINGS: readonly RecordingSpec[] = [
  {
    record: AGE,
    expr: heldWhileBlind(
      AGE,
      `time() - min by (${PROXY}) (${lastSeen(FAMILIES.outOfSyncSince.name, 'istiod')})\n${HEARD}`,
      'istiod',
    ),
    about:
      'For how long a proxy has not held current configuration: stale, rejected and missing are one incident. While no istiod is heard, as it was when one was, for 15 minutes at most.',
  },
  {
    record: VERDICTS,
    expr: `max by (mesh_cluster, proxy_namespace, verdict) (${lastSeen(FAMILIES.expectedProxies.name, 'istiod')})`,
    about: 'Proxies of a namespace by verdict, the same from each replica of the exporter.',
  },
  {
    record: SHARE,
    expr: heldWhileBlind(SHARE, share(VERDICTS, 'mesh_cluster, proxy_namespace'), 'istiod'),
    about:
      "Share of a namespace's proxies that do not hold current configuration. While no istiod is heard, as it was when one was, for 15 minutes at most.",
  },
  {
    record: BLOCKED,
    expr: heldWhileBlind(
      BLOCKED,
      `max by (mesh_cluster, proxy_namespace, policy_namespace, policy, direction) (${lastSeen(FAMILIES.xdsBlocked.name, 'kubernetes')})`,
      'kubernetes',
    ),
    about:
      'Pods of the workload of a namespace that a NetworkPolicy keeps from istiod in most. While Kubernetes is not heard, as it was when it was, for 15 minutes at most.',
  },
  {
    record: VERDICTS_OF_MESH,
    expr: `sum by (mesh_cluster, verdict) (${VERDICTS})`,
    about: 'Proxies of a mesh by verdict.',
  },
  {
    record: 'mesh:meshladder_expected_proxies_out_of_sync:ratio',
    expr: share(VERDICTS_OF_MESH, 'mesh_cluster'),
    about: "Share of a mesh's proxies that do not hold current configuration.",
  },
  {
    record: 'mesh_type_state:meshladder_proxies:sum',
    expr: `sum by (mesh_cluster, xds_type, state) (max by (mesh_cluster, proxy_namespace, xds_type, state) (${lastSeen(FAMILIES.proxies.name, 'istiod')}))`,
    about: 'Connected proxies of a mesh by xDS type and sync state.',
  },
];
