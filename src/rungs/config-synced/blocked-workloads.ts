import { homeCluster } from '../../model/home-cluster.ts';
import { known } from '../../model/observed.ts';
import type { XdsBlock } from '../../model/proxy-row.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { workloadOfPod } from '../../model/workload-of-pod.ts';
import { xdsBlocks } from '../../model/xds-block.ts';
import type { Gathered } from '../samples.ts';
import type { FAMILIES } from './families.ts';

type Lists = Pick<Gathered<typeof FAMILIES>, 'xdsBlocked'>;

interface BlockedWorkload {
  readonly namespace: string;
  readonly workload: string;
  readonly direction: XdsBlock['direction'];
  pods: number;
  /** By `namespace/name`, how many of its pods each policy blocks. */
  readonly policies: Map<string, { readonly block: XdsBlock; pods: number }>;
}

/** One series for each workload and direction, naming one policy: that of most of its pods. */
export function addBlocked(lists: Lists, snapshot: MeshSnapshot): void {
  const mesh_cluster = homeCluster(snapshot);
  for (const { namespace, workload, direction, pods, policies } of blockedWorkloads(snapshot)) {
    const [first] = [...policies.values()].sort(
      (one, other) => other.pods - one.pods || (policyName(one.block) < policyName(other.block) ? -1 : 1),
    );
    if (first === undefined) continue;
    const { policyNamespace: policy_namespace, policy } = first.block;
    const labels = { mesh_cluster, proxy_namespace: namespace, workload, policy_namespace, policy, direction };
    lists.xdsBlocked.push({ labels, value: pods });
  }
}

function blockedWorkloads({ cluster, takenAt, settings }: MeshSnapshot): Iterable<BlockedWorkload> {
  const found = new Map<string, BlockedWorkload>();
  const pods = known(cluster.pods);
  for (const [key, blocks] of xdsBlocks(cluster, takenAt, settings.staleAfterSeconds) ?? []) {
    const pod = pods?.get(key);
    if (pod === undefined) continue;
    const workload = workloadOfPod(pod.name, pod, cluster);
    for (const block of blocks) {
      const place = { namespace: pod.namespace, workload, direction: block.direction };
      const id = `${place.namespace}/${workload}/${block.direction}`;
      const blocked = found.get(id) ?? { ...place, pods: 0, policies: new Map() };
      found.set(id, blocked);
      addPod(blocked, block);
    }
  }
  return found.values();
}

function addPod(blocked: BlockedWorkload, block: XdsBlock): void {
  blocked.pods += 1;
  const by = blocked.policies.get(policyName(block)) ?? { block, pods: 0 };
  by.pods += 1;
  blocked.policies.set(policyName(block), by);
}

function policyName({ policyNamespace, policy }: XdsBlock): string {
  return `${policyNamespace}/${policy}`;
}
