import type { RecordingSpec } from '../alert.ts';
import { lastSeen } from '../promql.ts';
import { FAMILIES } from './families.ts';

export const AGE = 'proxy:meshladder_out_of_sync_seconds:age';
export const VERDICTS = 'namespace_verdict:meshladder_expected_proxies:max';
export const SHARE = 'namespace:meshladder_expected_proxies_out_of_sync:ratio';
const VERDICTS_OF_MESH = 'mesh_verdict:meshladder_expected_proxies:sum';

function share(verdicts: string, by: string): string {
  return `sum by (${by}) (${verdicts}{verdict=~"stale|missing|rejected"})\n/\n(sum by (${by}) (${verdicts}) > 0)`;
}

/** The sync state of proxies, each by itself, by namespace and by mesh. */
export const RECORDINGS: readonly RecordingSpec[] = [
  {
    record: AGE,
    expr: `time() - min by (mesh_cluster, proxy_namespace, proxy, workload, proxy_type) (${lastSeen(FAMILIES.outOfSyncSince.name, 'istiod')})`,
    about: 'For how long a proxy has not held current configuration: stale, rejected and missing are one incident.',
  },
  {
    record: VERDICTS,
    expr: `max by (mesh_cluster, proxy_namespace, verdict) (${lastSeen(FAMILIES.expectedProxies.name, 'istiod')})`,
    about: 'Proxies of a namespace by verdict, the same from each replica of the exporter.',
  },
  {
    record: SHARE,
    expr: share(VERDICTS, 'mesh_cluster, proxy_namespace'),
    about: "Share of a namespace's proxies that do not hold current configuration.",
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
