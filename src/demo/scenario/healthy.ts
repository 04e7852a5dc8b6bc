import { podName, WORKLOADS } from '../mesh/workloads.ts';
import { atLeast, equal, none } from './expectation.ts';
import type { Act } from './scenario.ts';

/** What is true of the mesh before every incident: three proxies of `payment` are fine, a few other things never are. */
export const HEALTHY: Act = {
  name: 'healthy',
  beats: [
    {
      at: 0,
      says: 'the mesh is healthy but for what is always wrong in bookinfo; payment-svc is declared 100/0',
      seen: 'payment: 3 of 3 proxies SYNCED; reviews-v2 rejects its listener (unknown_filter_or_type); stickers-v1 has no sidecar',
      deeds: [],
      expects: [
        equal(2, { family: 'meshladder_istiods' }),
        equal(3, { family: 'meshladder_expected_proxies', labels: { proxy_namespace: 'payment', verdict: 'synced' } }),
        equal(1, {
          family: 'meshladder_proxy_rejected',
          labels: {
            proxy_namespace: 'bookinfo',
            proxy: podName(WORKLOADS.reviewsV2),
            xds_type: 'lds',
            reason: 'unknown_filter_or_type',
          },
        }),
        equal(1, {
          family: 'meshladder_pod_not_injected',
          labels: { pod_namespace: 'bookinfo', pod_name: podName(WORKLOADS.stickers) },
          by: 'kubernetes',
        }),
        equal(1, { family: 'meshladder_pods', labels: { pod_namespace: 'legacy', mesh: 'none' }, by: 'kubernetes' }),
        none({ family: 'meshladder_xds_blocked_by_network_policy', by: 'kubernetes' }),
        none({ family: 'meshladder_proxy_missing' }),
        atLeast(1, {
          family: 'meshladder_requests_total',
          labels: { workload: 'checkout-v1', destination: 'payment-svc.payment.svc.cluster.local', subset: 'v1' },
          by: 'logs',
        }),
        none({ family: 'meshladder_requests_total', labels: { workload: 'checkout-v1', subset: 'v2' }, by: 'logs' }),
      ],
    },
  ],
};
