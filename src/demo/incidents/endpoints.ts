import { canaryObject, paymentRule } from '../mesh/istio-objects.ts';
import { atLeast, type Expectation, equal, finds, findsNothing } from '../scenario/expectation.ts';
import { canaryTraffic } from '../scenario/facts.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { own } from '../traffic/fault.ts';
import { below, WELL } from './well.ts';

function readyOfV2(count: number): Expectation {
  const labels = { service_namespace: 'payment', service_name: 'payment-svc', subset: 'v2', layer: 'kubernetes' };
  return equal(count, { family: 'meshladder_endpoints', labels: { ...labels, health: 'ready' }, by: 'kubernetes' });
}

/** A subset whose label no pod has: Envoy has the cluster, and nobody in it. */
export const ENDPOINTS: Scenario = {
  name: 'endpoints',
  about: 'DestinationRule payment-svc asks for version v2-rc1, a label that no pod has',
  quiet: true,
  pod: 'checkout',
  acts: [
    WELL,
    {
      name: 'empty',
      beats: [
        {
          at: 5,
          says: '10 % to v2, whose label is v2-rc1',
          seen: 'v2 has no endpoint; UH is logged',
          deeds: [
            { at: 5, do: 'apply', object: paymentRule({ v1: 'v1', v2: 'v2-rc1' }) },
            { at: 5, do: 'apply', object: canaryObject({ v1: 90, v2: 10 }) },
            { at: 5, do: 'push', types: ['cds', 'eds', 'rds'] },
            {
              at: 5,
              do: 'payments',
              fare: { v2: { client: own(503, 'UH', 'no_healthy_upstream'), server: 'none' } },
            },
            { at: 5, do: 'route', weights: { v1: 90, v2: 10 } },
          ],
          expects: [
            readyOfV2(0),
            atLeast(1, {
              family: 'meshladder_response_flags_total',
              labels: { proxy_namespace: 'payment', subset: 'v2', flag: 'UH' },
              by: 'logs',
            }),
          ],
        },
        {
          at: 6,
          says: 'what check says of it',
          seen: 'endpoints: nobody is behind v2',
          deeds: [],
          expects: [finds('payment', 'endpoints', 'payment-svc', 'v2'), findsNothing('payment', ...below('routes'))],
        },
      ],
    },
    {
      name: 'mended',
      beats: [
        {
          at: 40,
          says: 'v2 asks for the label v2 again',
          seen: 'v2 has an endpoint and answers',
          deeds: [
            { at: 40, do: 'apply', object: paymentRule({ v1: 'v1', v2: 'v2' }) },
            { at: 40, do: 'push', types: ['cds', 'eds'] },
            { at: 40, do: 'payments', fare: {} },
          ],
          expects: [readyOfV2(1), ...canaryTraffic(), findsNothing('payment', 'endpoints')],
        },
      ],
    },
  ],
  endsAt: 43,
};
