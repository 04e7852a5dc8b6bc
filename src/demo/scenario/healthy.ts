import { podName, WORKLOADS } from '../mesh/workloads.ts';
import { atLeast, equal, none } from './expectation.ts';
import { canaryTraffic, noCanaryTraffic, notBlocked, synced } from './facts.ts';
import type { Act } from './scenario.ts';

/** What is true of the mesh before every incident: three proxies of `payment` are fine, a few other things never are. */
export const HEALTHY: Act = {
  name: 'healthy',
  beats: [
    {
      at: 0,
      says: 'payment is well, canary at 0 %',
      seen: '3 of 3 proxies SYNCED, v1 alone',
      deeds: [],
      expects: [
        equal(2, { family: 'meshladder_istiods' }),
        ...synced(3),
        ...notBlocked(),
        none({ family: 'meshladder_proxy_missing' }),
        ...canaryTraffic('v1'),
        ...noCanaryTraffic(),
      ],
    },
    {
      at: 0,
      says: 'reviews-v2 rejects its listener',
      seen: 'NACK: unknown_filter_or_type',
      deeds: [],
      expects: [
        equal(1, {
          family: 'meshladder_proxy_rejected',
          labels: {
            proxy_namespace: 'bookinfo',
            proxy: podName(WORKLOADS.reviewsV2),
            xds_type: 'lds',
            reason: 'unknown_filter_or_type',
          },
        }),
      ],
    },
    {
      at: 0,
      says: 'stickers-v1 has no sidecar',
      seen: 'not injected: older than injector',
      deeds: [],
      expects: [
        equal(1, {
          family: 'meshladder_pod_not_injected',
          labels: {
            pod_namespace: 'bookinfo',
            pod_name: podName(WORKLOADS.stickers),
            reason: 'pod_older_than_injector',
          },
          by: 'kubernetes',
        }),
        equal(1, { family: 'meshladder_pods', labels: { pod_namespace: 'legacy', mesh: 'none' }, by: 'kubernetes' }),
      ],
    },
  ],
};

/** What goes on all the while, looked at when the incident is over. @param at seconds of the recording */
export function flapping(at: number): Act {
  return {
    name: 'flapping',
    beats: [
      {
        at,
        says: 'ratings-v1 flapped all the while',
        seen: 'its changes of state are counted',
        deeds: [],
        expects: ['STALE', 'SYNCED'].map((state) =>
          atLeast(1, {
            family: 'meshladder_proxy_state_changes_total',
            labels: { proxy_namespace: 'bookinfo', xds_type: 'eds', state },
          }),
        ),
      },
    ],
  };
}
