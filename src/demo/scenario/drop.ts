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
import { flapping, HEALTHY } from './healthy.ts';
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
        says: 'NetworkPolicy default-deny added',
        seen: 'default-deny blocks 15012: 3 pods',
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
        says: 'VirtualService 90/10 applied',
        seen: '3 proxies STALE: CDS, LDS and RDS',
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
        says: 'istiod drops the dead connections',
        seen: '3 proxies missing, pods Running',
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
        says: 'agents log: keepalive ping failed',
        seen: '3 lost streams counted from logs',
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
        says: 'no reconnect; requests still 200',
        seen: 'out of sync; no request to v2',
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
        says: 'both NetworkPolicies removed',
        seen: 'nothing blocks 15012 any more',
        deeds: [
          { at: 195.184, do: 'remove_policy', policy: 'default-deny' },
          { at: 195.184, do: 'remove_policy', policy: 'allow-same-namespace' },
        ],
        expects: notBlocked(),
      },
      {
        at: 195.559,
        says: 'checkout and v2 reconnect',
        seen: '2 of 3 proxies SYNCED',
        deeds: [
          { at: 195.464, do: 'reconnect', pod: 'checkout', istiod: 1 },
          { at: 195.559, do: 'reconnect', pod: 'paymentV2', istiod: 1 },
        ],
        expects: synced(2),
      },
      {
        at: 196.102,
        says: 'first request reaches payment v2',
        seen: 'requests to subset v2 counted',
        deeds: [{ at: 196.102, do: 'route', weights: { v1: 90, v2: 10 } }],
        expects: canaryTraffic(),
      },
      {
        at: 202.513,
        says: 'payment-svc v1 reconnects',
        seen: '3 of 3 SYNCED, none missing',
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
  about: 'NetworkPolicy payment/default-deny cuts payment off while a canary is declared',
  acts: [HEALTHY, ...CUT, ...SILENCE_AND_RETURN, flapping(206)],
  endsAt: 210,
};
