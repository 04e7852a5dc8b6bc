import { CUT_OFF, type TimedDeed } from './deed.ts';
import {
  blockedByDefaultDeny,
  canaryTraffic,
  missing,
  noCanaryTraffic,
  notBlocked,
  outOfSyncSince,
  recovered,
  stale,
  streamFailures,
  synced,
} from './facts.ts';
import { HEALTHY } from './healthy.ts';
import type { Act, Scenario } from './scenario.ts';

/** When each Envoy says that its agent finds no istiod, by pod; the recording's own moments. */
const FAILING: readonly TimedDeed[] = [
  ...[77.351, 99.163, 122.24, 142.887, 177.28].map((at) => failing('checkout', at)),
  ...[77.349, 98.381, 120.937, 144.139, 174.306].map((at) => failing('paymentV1', at)),
  ...[77.493, 97.89, 117.992, 139.415, 168.401].map((at) => failing('paymentV2', at)),
].sort((one, other) => one.at - other.at);

function failing(pod: 'checkout' | 'paymentV1' | 'paymentV2', at: number): TimedDeed {
  return { at, do: 'log_failing', pod };
}

/** From the first policy to the rows that are gone. */
const CUT: readonly Act[] = [
  {
    name: 'policy',
    beats: [
      {
        at: 15,
        says: 'somebody applies NetworkPolicy payment/default-deny, beside one that allows the namespace and DNS',
        seen: 'NetworkPolicy payment/default-deny blocks egress of 3 pods to istiod:15012; they are SYNCED still',
        deeds: [
          { at: 13.9, do: 'apply_policy', policy: 'allow-same-namespace', directions: ['Ingress', 'Egress'] },
          // Kubernetes writes whole seconds: only so it shows which policy came last.
          { at: 15, do: 'apply_policy', policy: 'default-deny', directions: ['Ingress', 'Egress'], apartMs: 1000 },
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
        at: 20.236,
        says: 'VirtualService payment-svc says 90/10 now; istiod pushes, and no acknowledgement comes back',
        seen: 'payment: 3 proxies STALE on CDS, LDS and RDS; EDS stays SYNCED',
        deeds: [
          { at: 20.05, do: 'declare_weights', weights: { v1: 90, v2: 10 } },
          { at: 20.236, do: 'push', types: ['cds', 'lds', 'rds'] },
        ],
        expects: stale(),
      },
    ],
  },
  {
    name: 'gone',
    beats: [
      {
        at: 30.692,
        says: 'istiod gives the connections up: the three rows are gone from syncz, the pods are Running and Ready',
        seen: 'payment: 3 proxies missing, by no istiod listed',
        deeds: CUT_OFF.map((pod) => ({ at: 30.692, do: 'disconnect' as const, pod })),
        expects: missing(),
      },
    ],
  },
];

/** What the proxies say, and how it ends. */
const SILENCE_AND_RETURN: readonly Act[] = [
  {
    name: 'lost',
    beats: [
      {
        at: 36.112,
        says: 'the agents notice: "keepalive ping failed to receive ACK within timeout"',
        seen: 'payment: 3 lost xDS streams counted from the proxies own logs',
        deeds: CUT_OFF.map((pod) => ({
          at: pod === 'paymentV2' ? 36.108 : 36.112,
          do: 'log_lost' as const,
          pod,
          way: 'keepalive' as const,
        })),
        expects: streamFailures(3),
      },
    ],
  },
  {
    name: 'failing',
    beats: [
      {
        at: 77.493,
        says: 'the Envoys cannot reconnect ("i/o timeout"); every request is answered 200 all the while',
        seen: 'payment: out of sync since the push; canary declared 10 %, not one request to v2',
        deeds: [...FAILING],
        expects: [...streamFailures(6), ...missing(), ...outOfSyncSince(), ...noCanaryTraffic()],
      },
    ],
  },
  {
    name: 'return',
    beats: [
      {
        at: 195.184,
        says: 'both NetworkPolicies are removed',
        seen: 'no policy blocks 15012 any more',
        deeds: [
          { at: 195.184, do: 'remove_policy', policy: 'default-deny' },
          { at: 195.184, do: 'remove_policy', policy: 'allow-same-namespace' },
        ],
        expects: notBlocked(),
      },
      {
        at: 195.559,
        says: 'checkout and payment-svc-v2 are back, each at its own time',
        seen: 'payment: 2 of 3 proxies SYNCED',
        deeds: [
          { at: 195.464, do: 'reconnect', pod: 'checkout', istiod: 1 },
          { at: 195.559, do: 'reconnect', pod: 'paymentV2', istiod: 1 },
        ],
        expects: synced(2),
      },
      {
        at: 196.102,
        says: 'the first request reaches payment-svc v2',
        seen: 'canary payment-svc/v2: traffic counted',
        deeds: [{ at: 196.102, do: 'route', weights: { v1: 90, v2: 10 } }],
        expects: canaryTraffic(),
      },
      {
        at: 202.513,
        says: 'payment-svc-v1 is back',
        seen: 'payment: 3 of 3 proxies SYNCED, none missing, none out of sync',
        deeds: [{ at: 202.513, do: 'reconnect', pod: 'paymentV1', istiod: 0 }],
        expects: recovered(),
      },
    ],
  },
];

/**
 * The incident as it was recorded second by second in a real mesh (Istio 1.30.3): a default-deny cuts `payment` off in
 * both directions, so that a canary is declared and never comes.
 */
export const DROP: Scenario = {
  name: 'drop',
  about: 'a NetworkPolicy cuts payment off from istiod while a canary is declared',
  acts: [HEALTHY, ...CUT, ...SILENCE_AND_RETURN],
  endsAt: 210,
};
