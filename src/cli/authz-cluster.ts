import { type ClusterObjects, NO_CLUSTER } from '../model/cluster.ts';
import { systemClock } from '../runtime/clock.ts';
import type { AskedRequest } from './authz-options.ts';
import type { Io } from './io.ts';
import { type KubeOrigin, sayLeftOut, withKubeApi } from './kube-session.ts';
import { withProgress } from './progress.ts';

const POLICIES = ['authorizationpolicies', 'peerauthentications', 'requestauthentications'];

/** The live objects that bear on a request, each list read once, pods of the two namespaces only. */
export function clusterForQuestion(asked: AskedRequest, origin: KubeOrigin, io: Io): Promise<ClusterObjects> {
  return withProgress(io, 'reading the cluster', () =>
    withKubeApi(origin, io, 'give YAML files of the objects', async (api) => {
      const { createOneLook } = await import('../sources/kubernetes/one-look.ts');
      const { KINDS } = await import('../sources/kubernetes/kinds.ts');
      const look = createOneLook({ api, now: systemClock.now, signal: io.signal, onUnreadable: sayLeftOut(io) });
      const { namespace, caller, rootNamespace } = asked;
      const both = [...new Set([namespace, ...(caller.kind === 'pod' ? [caller.namespace] : [])])];
      const [pods, services, namespaces, replicaSets, injectors, meshConfigs, ...config] = await Promise.all([
        look.core(KINDS.pods, both),
        look.core(KINDS.services, [namespace]),
        look.core(KINDS.namespaces, []),
        look.core(KINDS.replicaSets, both),
        look.injectors(),
        look.core(KINDS.meshConfigs, [rootNamespace]),
        ...POLICIES.map((resource) => look.config(`${resource}.security.istio.io`)),
      ]);
      const kinds = POLICIES.map((resource, nth) => [`${resource}.security.istio.io`, config[nth]] as const);
      const cluster = { ...NO_CLUSTER, pods, services, namespaces, replicaSets, injectors, meshConfigs };
      return { ...cluster, config: Object.fromEntries(kinds) as ClusterObjects['config'] };
    }),
  );
}
