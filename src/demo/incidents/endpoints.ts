import { canaryObject, PAYMENT_HOST, paymentRule } from '../mesh/istio-objects.ts';
import { podName, WORKLOADS } from '../mesh/workloads.ts';
import { checkFinds, checkFindsNothing } from '../scenario/check-says.ts';
import { atLeast, type Expectation, equal, finds, findsNothing } from '../scenario/expectation.ts';
import { canaryTraffic } from '../scenario/facts.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { own, passed } from '../traffic/fault.ts';
import type { Hop } from '../traffic/hop.ts';
import { below, WELL } from './well.ts';

const V1_OF_CHECKOUT = `outbound|8080|v1|${PAYMENT_HOST}`;
const FAILING: Partial<Hop> = { client: passed(503), server: passed(503) };
const NOBODY_LEFT: Partial<Hop> = { client: own(503, 'UH', 'no_healthy_upstream'), server: 'none' };

/** As checkout's Envoy says. */
function ejectedOfV1(count: number): Expectation {
  const labels = { service_namespace: 'payment', service_name: 'payment-svc', subset: 'v1', layer: 'envoy' };
  return equal(count, { family: 'meshladder_endpoints', labels: { ...labels, health: 'ejected' }, by: 'envoy' });
}

function readyOfV2(count: number): Expectation {
  const labels = { service_namespace: 'payment', service_name: 'payment-svc', subset: 'v2', layer: 'kubernetes' };
  return equal(count, { family: 'meshladder_endpoints', labels: { ...labels, health: 'ready' }, by: 'kubernetes' });
}

/** First a subset whose label no pod has: Envoy has the cluster, and nobody in it. Then a host that answers 503 and is ejected. */
export const ENDPOINTS: Scenario = {
  name: 'endpoints',
  about: 'subset v2 of payment-svc asks for a label that no pod has; then v1 is ejected',
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
              fare: { v2: NOBODY_LEFT },
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
          expects: [
            finds('payment', 'endpoints', 'payment-svc', 'v2'),
            checkFinds('endpoints', 'payment-svc', 'v2'),
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
          at: 40,
          says: 'v2 asks for the label v2 again',
          seen: 'v2 has an endpoint and answers',
          deeds: [
            { at: 40, do: 'apply', object: paymentRule({ v1: 'v1', v2: 'v2' }) },
            { at: 40, do: 'push', types: ['cds', 'eds'] },
            { at: 40, do: 'payments', fare: {} },
          ],
          expects: [
            readyOfV2(1),
            ...canaryTraffic(),
            findsNothing('payment', 'endpoints'),
            checkFindsNothing('endpoints'),
          ],
        },
      ],
    },
    {
      name: 'ejected',
      beats: [
        {
          at: 45,
          says: 'v1 answers 503 and is ejected',
          seen: 'checkout has 1 host ejected; UH',
          deeds: [
            { at: 45, do: 'payments', fare: { v1: FAILING } },
            { at: 46, do: 'eject', by: 'checkout', cluster: V1_OF_CHECKOUT, hosts: ['paymentV1'] },
            { at: 46, do: 'payments', fare: { v1: NOBODY_LEFT } },
          ],
          expects: [ejectedOfV1(1)],
        },
        {
          at: 47,
          says: 'what check says of it',
          seen: 'endpoints: ejected, and by whom',
          deeds: [],
          expects: [
            finds('payment', 'endpoints', podName(WORKLOADS.paymentV1), 'ejected by outlier detection'),
            checkFinds('endpoints', podName(WORKLOADS.paymentV1), 'ejected by outlier detection', 'checkout'),
          ],
        },
      ],
    },
    {
      name: 'back',
      beats: [
        {
          at: 77,
          says: 'v1 is well; its 30 s are over',
          seen: 'no host is ejected any more',
          deeds: [
            { at: 77, do: 'eject', by: 'checkout', cluster: V1_OF_CHECKOUT, hosts: [] },
            { at: 77, do: 'payments', fare: {} },
          ],
          expects: [ejectedOfV1(0), findsNothing('payment', 'endpoints'), checkFindsNothing('endpoints')],
        },
      ],
    },
  ],
  endsAt: 80,
};
