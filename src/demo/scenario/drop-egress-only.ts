import { CUT_OFF, type TimedDeed } from './deed.ts';
import {
  blockedByDefaultDeny,
  canaryTraffic,
  missing,
  notBlocked,
  outOfSyncSince,
  recovered,
  stale,
  streamFailures,
  synced,
} from './facts.ts';
import { flapping, HEALTHY } from './healthy.ts';
import type { Act, Scenario } from './scenario.ts';

const FAILING: readonly TimedDeed[] = [
  ...[70.816, 91.406, 114.333, 139.997, 167.162].map((at) => failing('checkout', at)),
  ...[71.588, 92.257, 113.915, 140.351, 174.247].map((at) => failing('paymentV1', at)),
  ...[71.472, 92.996, 116.208, 142.087, 171.646].map((at) => failing('paymentV2', at)),
].sort((one, other) => one.at - other.at);

function failing(pod: 'checkout' | 'paymentV1' | 'paymentV2', at: number): TimedDeed {
  return { at, do: 'log_failing', pod };
}

const CUT: readonly Act[] = [
  {
    name: 'policy',
    beats: [
      {
        at: 15,
        says: 'NetworkPolicy default-deny added',
        seen: 'default-deny blocks 15012: 3 pods',
        deeds: [
          { at: 13.9, do: 'apply_policy', policy: 'allow-same-namespace', directions: ['Egress'] },
          // Kubernetes writes whole seconds: only so it shows which policy came last.
          { at: 15, do: 'apply_policy', policy: 'default-deny', directions: ['Egress'], apartMs: 1000 },
          { at: 15, do: 'silence', pods: CUT_OFF },
        ],
        expects: [...blockedByDefaultDeny(), ...synced(3)],
      },
    ],
  },
  {
    name: 'push',
    beats: [
      {
        at: 20.211,
        says: 'VirtualService 90/10, push lands',
        seen: '3 proxies STALE: CDS, LDS and RDS',
        deeds: [
          { at: 20.019, do: 'declare_weights', weights: { v1: 90, v2: 10 } },
          { at: 20.211, do: 'push', types: ['cds', 'lds', 'rds'] },
        ],
        expects: stale(),
      },
      {
        at: 20.389,
        says: 'first request reaches payment v2',
        seen: 'v2 counted though client is STALE',
        deeds: [{ at: 20.389, do: 'route', weights: { v1: 90, v2: 10 } }],
        expects: canaryTraffic(),
      },
    ],
  },
  {
    name: 'gone',
    beats: [
      {
        at: 30.645,
        says: 'connections end: read timed out',
        seen: '3 missing, 3 lost streams counted',
        deeds: CUT_OFF.flatMap((pod): TimedDeed[] => [
          { at: 30.645, do: 'disconnect', pod },
          { at: pod === 'paymentV2' ? 30.646 : 30.645, do: 'log_lost', pod, way: 'timeout' },
        ]),
        expects: [...missing(), ...streamFailures(3)],
      },
    ],
  },
];

const SILENCE_AND_RETURN: readonly Act[] = [
  {
    name: 'failing',
    beats: [
      {
        at: 71.588,
        says: 'no reconnect; canary gets traffic',
        seen: 'out of sync, yet v2 has traffic',
        deeds: [...FAILING],
        expects: [...streamFailures(6), ...missing(), ...outOfSyncSince(), ...canaryTraffic()],
      },
    ],
  },
  {
    name: 'return',
    beats: [
      {
        at: 195.171,
        says: 'both NetworkPolicies removed',
        seen: 'nothing blocks 15012 any more',
        deeds: [
          { at: 195.171, do: 'remove_policy', policy: 'default-deny' },
          { at: 195.171, do: 'remove_policy', policy: 'allow-same-namespace' },
        ],
        expects: notBlocked(),
      },
      {
        at: 195.39,
        says: 'checkout reconnects',
        seen: 'the first proxy is SYNCED',
        deeds: [{ at: 195.39, do: 'reconnect', pod: 'checkout', istiod: 1 }],
        expects: synced(1),
      },
      {
        at: 199.865,
        says: 'payment-svc v1 and v2 reconnect',
        seen: '3 of 3 SYNCED, none missing',
        deeds: [
          { at: 197.048, do: 'reconnect', pod: 'paymentV1', istiod: 0 },
          { at: 199.865, do: 'reconnect', pod: 'paymentV2', istiod: 1 },
        ],
        expects: recovered(),
      },
    ],
  },
];

/**
 * The second recording: only the way from the pods to istiod is closed, as an egress policy closes it. The canary works
 * although istiod calls its clients STALE and then lists them no more, so nobody may conclude that it has no traffic.
 */
export const DROP_EGRESS_ONLY: Scenario = {
  name: 'drop-egress-only',
  about: 'NetworkPolicy payment/default-deny hides payment from istiod; the canary works',
  acts: [HEALTHY, ...CUT, ...SILENCE_AND_RETURN, flapping(204)],
  endsAt: 207,
};
