import { istioObject } from '../mesh/istio-objects.ts';
import { checkFinds, checkFindsNothing } from '../scenario/check-says.ts';
import { atLeast, finds, findsNothing, none } from '../scenario/expectation.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { below, WELL } from './well.ts';

/** A VirtualService that names a gateway and a subset that are not there. */
const PUBLIC = istioObject('networking.istio.io/v1', 'VirtualService', 'payment/checkout-public', {
  gateways: ['payment-gateway'],
  hosts: ['pay.example.com'],
  http: [{ route: [{ destination: { host: 'checkout.payment.svc.cluster.local', subset: 'v9' } }] }],
});

const FINDING = {
  family: 'meshladder_analysis_finding',
  labels: { code: 'IST0101', object_namespace: 'payment', object_name: 'checkout-public' },
  by: 'kubernetes',
} as const;

/** Nothing fails yet, and it cannot work: what istioctl analyze would say. */
export const ANALYSIS: Scenario = {
  name: 'analysis',
  about: 'VirtualService checkout-public names a gateway and a subset that are not there',
  quiet: true,
  pod: 'checkout',
  acts: [
    WELL,
    {
      name: 'invalid',
      beats: [
        {
          at: 5,
          says: 'checkout-public applied',
          seen: 'analysis: IST0101 by name',
          deeds: [{ at: 5, do: 'apply', object: PUBLIC }],
          expects: [
            atLeast(1, FINDING),
            finds('payment', 'analysis', 'IST0101', 'checkout-public'),
            checkFinds('analysis', 'IST0101', 'payment-gateway', 'v9'),
            // A split that cannot work is told of there as well.
            finds('payment', 'routes', 'checkout-public', 'v9'),
            findsNothing('payment', ...below('routes'), 'endpoints', 'mtls', 'authorization'),
            checkFindsNothing(...below('routes'), 'endpoints', 'mtls', 'authorization'),
          ],
        },
      ],
    },
    {
      name: 'mended',
      beats: [
        {
          at: 35,
          says: 'checkout-public deleted',
          seen: 'no finding is left',
          deeds: [{ at: 35, do: 'delete', object: PUBLIC }],
          expects: [none(FINDING), findsNothing('payment', 'analysis'), checkFindsNothing('analysis')],
        },
      ],
    },
  ],
  endsAt: 38,
};
