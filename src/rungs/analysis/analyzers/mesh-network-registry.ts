import { objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { meshOf } from '../mesh.ts';

const REGISTRIES = ['Mock', 'Kubernetes', 'External'];
const MULTI_CLUSTER = 'istio/multiCluster';

/** A network of meshNetworks takes its endpoints from a registry that does not exist. */
export const meshNetworkRegistry: Analyzer = {
  codes: ['IST0126'],
  needs: ['meshConfigs', 'secrets'],
  analyze(world, report) {
    const networks = meshOf(world).config?.networks ?? {};
    const remote = world.secrets.filter(({ labels }) => labels[MULTI_CLUSTER] === 'true').flatMap(({ keys }) => keys);
    const registries = new Set([...REGISTRIES, ...remote]);
    for (const [network, value] of Object.entries(networks)) {
      for (const endpoint of objectsAt(value, 'endpoints')) {
        const registry = textAt(endpoint, 'fromRegistry');
        if (registry === '' || registries.has(registry)) continue;
        const object = { kind: 'MeshNetworks', namespace: meshOf(world).rootNamespace, name: 'meshnetworks' };
        report('IST0126', object, { network, registry });
      }
    }
  },
};
