import { canaryObject, istioObject, PAYMENT_HOST } from '../mesh/istio-objects.ts';
import { checkFinds, checkFindsNothing } from '../scenario/check-says.ts';
import { equal, finds, findsNothing } from '../scenario/expectation.ts';
import { canaryTraffic, noCanaryTraffic } from '../scenario/facts.ts';
import type { Scenario } from '../scenario/scenario.ts';
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

/** Every proxy is SYNCED and the canary gets nothing: an earlier route of the same VirtualService takes its requests. */
export const ROUTES: Scenario = {
  name: 'routes',
  about: 'VirtualService payment-svc declares 10 % for v2 behind a route that takes all',
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
  ],
  endsAt: 63,
};
