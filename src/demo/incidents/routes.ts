import { canaryObject, istioObject, PAYMENT_HOST } from '../mesh/istio-objects.ts';
import { checkFinds, checkFindsNothing } from '../scenario/check-says.ts';
import { atLeast, equal, finds, findsNothing } from '../scenario/expectation.ts';
import { canaryTraffic, noCanaryTraffic } from '../scenario/facts.ts';
import type { Act, Scenario } from '../scenario/scenario.ts';
import { own } from '../traffic/fault.ts';
import type { Hop } from '../traffic/hop.ts';
import { below, WELL } from './well.ts';

const to = (subset: string, weight?: number): object => ({
  destination: { host: PAYMENT_HOST, subset },
  ...(weight !== undefined && { weight }),
});

/** The canary is declared behind a route that takes everything. */
const SHADOWED = istioObject('networking.istio.io/v1', 'VirtualService', 'payment/payment-svc', {
  hosts: [PAYMENT_HOST],
  http: [
    { name: 'payment-all', route: [to('v1')] },
    { name: 'payment-canary', route: [to('v1', 90), to('v2', 10)], timeout: '2s' },
  ],
});

const V2 = { destination: PAYMENT_HOST, subset: 'v2', route: 'payment-canary' };

/** Somebody took the route for everybody else out: it found its way in under the header of testers. */
const TESTERS_ONLY = istioObject('networking.istio.io/v1', 'VirtualService', 'payment/payment-svc', {
  hosts: [PAYMENT_HOST],
  http: [{ name: 'payment-testers', match: [{ headers: { 'x-tester': { exact: 'yes' } } }], route: [to('v2')] }],
});
const NO_ROUTE: Partial<Hop> = {
  client: { ...own(404, 'NR', 'route_not_found'), upstreamCluster: undefined },
  server: 'none',
  route: '-',
};

/** Whoever sends no such header finds no route at all. */
export const UNMATCHED: Act = {
  name: 'unmatched',
  beats: [
    {
      at: 65,
      says: 'one route, for testers: 404 NR',
      seen: 'NR of checkout is counted',
      deeds: [
        { at: 65, do: 'apply', object: TESTERS_ONLY },
        { at: 65, do: 'payments', fare: { v1: NO_ROUTE, v2: NO_ROUTE } },
      ],
      expects: [
        atLeast(1, {
          family: 'meshladder_response_flags_total',
          labels: { proxy_namespace: 'payment', workload: 'checkout-v1', flag: 'NR' },
          by: 'logs',
        }),
      ],
    },
    {
      at: 66,
      says: 'what check says of it',
      seen: 'response-flags: NR, by checkout',
      deeds: [],
      expects: [checkFinds('response-flags', 'NR')],
    },
  ],
};

export const MATCHED: Act = {
  name: 'matched',
  beats: [
    {
      at: 100,
      says: '90/10 for everybody again',
      seen: 'v2 gets requests; check is fine',
      deeds: [
        { at: 100, do: 'apply', object: canaryObject({ v1: 90, v2: 10 }) },
        { at: 100, do: 'payments', fare: {} },
        { at: 100, do: 'route', weights: { v1: 90, v2: 10 } },
      ],
      expects: [...canaryTraffic(), findsNothing('payment', 'routes'), checkFindsNothing('routes')],
    },
  ],
};

/** Every proxy is SYNCED and the canary gets nothing: an earlier route of the same VirtualService takes its requests. */
export const ROUTES: Scenario = {
  name: 'routes',
  about: 'a route of payment-svc takes all; later its one route is for testers: NR',
  quiet: true,
  pod: 'checkout',
  acts: [
    WELL,
    {
      name: 'shadowed',
      beats: [
        {
          at: 5,
          says: '90/10 applied, behind payment-all',
          seen: '10 % declared, none of it seen',
          deeds: [
            { at: 5, do: 'apply', object: SHADOWED },
            { at: 5, do: 'push', types: ['rds'] },
            { at: 5, do: 'payments', fare: { v1: { route: 'payment-all' } } },
          ],
          expects: [
            equal(0.1, { family: 'meshladder_route_weight_declared_ratio', labels: V2, by: 'kubernetes' }),
            ...noCanaryTraffic(),
          ],
        },
        {
          at: 6,
          says: 'what check says of it',
          seen: 'routes: payment-all takes all',
          deeds: [],
          expects: [
            finds('payment', 'routes', 'payment-svc', 'payment-all'),
            checkFinds('routes', 'payment-svc', 'payment-all'),
            findsNothing('payment', ...below('routes')),
            checkFindsNothing(...below('routes')),
          ],
        },
      ],
    },
    {
      name: 'mended',
      beats: [
        {
          at: 60,
          says: 'payment-all is taken out',
          seen: 'v2 gets requests; check is fine',
          deeds: [
            { at: 60, do: 'apply', object: canaryObject({ v1: 90, v2: 10 }) },
            { at: 60, do: 'push', types: ['rds'] },
            { at: 60, do: 'payments', fare: {} },
            { at: 60, do: 'route', weights: { v1: 90, v2: 10 } },
          ],
          expects: [...canaryTraffic(), findsNothing('payment', 'routes'), checkFindsNothing('routes')],
        },
      ],
    },
    UNMATCHED,
    MATCHED,
  ],
  endsAt: 103,
};
