import type { CanaryWeights } from '../mesh/istio-objects.ts';
import { type Chance, createChance } from './chance.ts';
import { FAULTS } from './faults.ts';
import { type Hop, hopLines, type LoggedLine } from './hop.ts';

/** What is not as usual with requests to payment-svc, by the version they are for. */
export type PaymentFare = Readonly<Partial<Record<'v1' | 'v2', Partial<Hop>>>>;

/** Who asks whom in the mesh, moment by moment. Pure but for its own memory: it knows no file and no clock. */
export interface TrafficGenerator {
  /** Everything that happens in one fifth of a second: each line with the proxy that writes it. */
  tick(nowMs: number): LoggedLine[];
  /** From now on checkout's Envoy divides by these weights. */
  route(weights: CanaryWeights): void;
  /** From now on checkout's requests to payment-svc fare so; `{}`: as usual. */
  payments(fare: PaymentFare): void;
  /** How often every fault has been played. */
  rounds(): number;
}

/** A page view comes with every so many ticks, a fault with every so many. */
const PAGE_EVERY = 3;
const FAULT_EVERY = 2;
/** Somebody who tries to write fields of his own into the log. */
const FORGER = 'x" "0" "evil.example" "10.0.0.1:80" outbound|80||evil.example.svc.cluster.local - - - - forged';

/** @param withFaults whether every kind of fault is played, one after the other */
export function createTraffic(seed: number, withFaults = true): TrafficGenerator {
  const chance = createChance(seed);
  let ticks = 0;
  let faults = 0;
  let weights: CanaryWeights = { v1: 100, v2: 0 };
  let owed = 0;
  let fare: PaymentFare = {};

  /** Divides exactly: after each hundred requests, the weights have been kept. */
  const subset = (): 'v1' | 'v2' => {
    owed += weights.v2;
    if (owed < 100) return 'v1';
    owed -= 100;
    return 'v2';
  };
  return {
    tick(nowMs) {
      ticks += 1;
      const lines = hopLines(payment(subset(), fare, nowMs), nowMs, chance);
      if (ticks % PAGE_EVERY === 0) lines.push(...pageView(nowMs, chance));
      if (withFaults && ticks % FAULT_EVERY === 0) {
        lines.push(...faultLines(faults, nowMs, chance));
        faults += 1;
      }
      return lines;
    },
    route(next) {
      weights = next;
      // The first request after the change shows it.
      owed = next.v2 > 0 ? 100 : 0;
    },
    payments(next) {
      fare = next;
    },
    rounds: () => Math.floor(faults / FAULTS.length),
  };
}

function payment(subset: 'v1' | 'v2', fare: PaymentFare, nowMs: number): Hop {
  return {
    from: 'checkout',
    to: 'payment',
    subset,
    target: subset === 'v1' ? 'paymentV1' : 'paymentV2',
    route: 'payment-canary',
    path: `/pay?t=${nowMs}`,
    ...fare[subset],
  };
}

/** The gateway asks productpage, that asks details and reviews, and reviews asks ratings. */
function pageView(nowMs: number, chance: Chance): LoggedLine[] {
  const jason = chance.between(1, 4) === 1;
  const reviews = jason
    ? ({ subset: 'v2', target: 'reviewsV2', route: 'jason-to-v2' } as const)
    : ({ subset: 'v1', target: 'reviewsV1' } as const);
  const hops: readonly Hop[] = [
    {
      from: 'gateway',
      to: 'productpage',
      target: 'productpage',
      path: '/productpage',
      forwardedFor: `203.0.113.${chance.between(1, 250)}`,
      ...(chance.between(1, 20) === 1 && { userAgent: FORGER }),
    },
    { from: 'productpage', to: 'details', target: 'details', route: 'default', path: '/details/0' },
    { from: 'productpage', to: 'reviews', path: '/reviews/0', ...reviews },
    { from: reviews.target, to: 'ratings', target: 'ratings', route: 'default', path: '/ratings/0' },
  ];
  return hops.flatMap((hop) => hopLines(hop, nowMs, chance));
}

function faultLines(number: number, nowMs: number, chance: Chance): LoggedLine[] {
  const fault = FAULTS[number % FAULTS.length];
  if (fault === undefined) return [];
  return 'hop' in fault ? hopLines(fault.hop, nowMs, chance) : [fault.only(nowMs)];
}
