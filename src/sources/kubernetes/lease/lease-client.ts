import type { RbacNeed } from '../../source.ts';
import type { KubeApi, KubeWriter } from '../kube-api.ts';
import { KubeApiError } from '../kube-api.ts';
import { type LeaseClient, readLease, specOf } from './lease.ts';

/** Which Lease. */
export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

/** What an election asks for. A name that is not there yet cannot be granted for creating it. */
export function leaseNeeds(name: string): readonly RbacNeed[] {
  const lease = { apiGroup: 'coordination.k8s.io', resource: 'leases', namespace: 'own' } as const;
  return [
    { ...lease, verbs: ['create'], why: 'make the Lease of the election' },
    { ...lease, verbs: ['get', 'update'], resourceNames: [name], why: 'see who leads, and say so while it leads' },
  ];
}

/** One Lease of the Kubernetes API. */
export function createLeaseClient(api: KubeApi & KubeWriter, { namespace, name }: LeaseName): LeaseClient {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const path = `${collection}/${name}`;
  return {
    async read(signal) {
      try {
        return readLease(await api.get(path, signal));
      } catch (error) {
        if (error instanceof KubeApiError && error.status === 404) return undefined;
        throw error;
      }
    },
    async create(record, signal) {
      const metadata = { name, namespace };
      const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: specOf(record) };
      return readLease(await api.create(collection, lease, signal));
    },
    async replace({ object }, record, signal) {
      return readLease(await api.replace(path, { ...object, spec: specOf(record, object['spec']) }, signal));
    },
  };
}
