import { istioObject } from '../mesh/istio-objects.ts';
import { podName, WORKLOADS, type WorkloadName } from '../mesh/workloads.ts';
import { checkFinds, checkFindsNothing } from './check-says.ts';
import { type Expectation, equal, none } from './expectation.ts';
import type { Scenario } from './scenario.ts';

const [FRESH, OLD] = ['reviewsV1', 'reviewsV1Twin'] as const;
/** Named as the route that it replaces, so that the access log reads as before. */
const TIMEOUT = istioObject('networking.istio.io/v1', 'VirtualService', 'bookinfo/ratings', {
  hosts: ['ratings'],
  http: [{ name: 'default', route: [{ destination: { host: 'ratings' } }], timeout: '0.5s' }],
});

/** Distinct route configurations among the replicas of reviews-v1. */
function variants(count: number): Expectation {
  const labels = { workload_namespace: 'bookinfo', workload: 'reviews-v1', section: 'routes' };
  return equal(count, { family: 'meshladder_workload_config_variants', labels, by: 'envoy' });
}

/** Route configurations in which a replica differs from what istiod would send. */
function differences(name: WorkloadName, count: number): Expectation {
  const labels = { proxy_namespace: 'bookinfo', proxy: podName(WORKLOADS[name]), section: 'routes' };
  return equal(count, { family: 'meshladder_proxy_config_differences', labels, by: 'envoy' });
}

/** istiod says of all proxies that they have acknowledged the newest routes. */
function allSynced(): Expectation {
  return none({
    family: 'meshladder_proxies',
    labels: { proxy_namespace: 'bookinfo', xds_type: 'rds', state: 'STALE' },
  });
}

/** One of two replicas acknowledges a push that its Envoy never takes in: every report of istiod's says SYNCED. */
export const DRIFT: Scenario = {
  name: 'drift',
  about: 'one of two reviews-v1 replicas keeps old routes; istiod calls both SYNCED',
  quiet: true,
  pod: OLD,
  acts: [
    {
      name: 'alike',
      beats: [
        {
          at: 0,
          says: 'reviews-v1 has two replicas',
          seen: 'both hold the same routes',
          deeds: [],
          expects: [variants(1), differences(FRESH, 0), differences(OLD, 0), allSynced()],
        },
      ],
    },
    {
      name: 'drift',
      beats: [
        {
          at: 5,
          says: 'ratings: a timeout; one loses it',
          seen: '2 variants of routes, all SYNCED',
          deeds: [
            { at: 4, do: 'lose_pushes', pod: OLD, lost: true },
            { at: 5, do: 'apply', object: TIMEOUT },
          ],
          expects: [variants(2), differences(FRESH, 0), differences(OLD, 1), allSynced()],
        },
        {
          at: 6,
          says: 'what check says of it',
          seen: 'config-diff names the route',
          deeds: [],
          expects: [
            checkFinds('config-diff', 'route 9080', '2 replicas of reviews-v1'),
            checkFindsNothing('control-plane', 'in-mesh', 'config-synced', 'routes', 'endpoints', 'mtls'),
          ],
        },
      ],
    },
    {
      name: 'mended',
      beats: [
        {
          at: 40,
          says: 'the replica connects anew',
          seen: 'both hold the same again',
          deeds: [
            { at: 40, do: 'lose_pushes', pod: OLD, lost: false },
            { at: 40, do: 'reconnect', pod: OLD, istiod: 0 },
          ],
          expects: [variants(1), differences(OLD, 0), allSynced()],
        },
        {
          at: 41,
          says: 'the timeout is taken back',
          seen: 'still the same in both',
          deeds: [{ at: 41, do: 'delete', object: TIMEOUT }],
          expects: [variants(1), differences(OLD, 0), differences(FRESH, 0), checkFindsNothing('config-diff')],
        },
      ],
    },
  ],
  endsAt: 44,
};
