import type { Service } from '../../src/model/workload.ts';

/** A service as Kubernetes knows it. */
export function service(namespace: string, name: string, clusterIps: readonly string[]): Service {
  return { namespace, name, labels: {}, type: 'ClusterIP', clusterIps, ports: [] };
}
