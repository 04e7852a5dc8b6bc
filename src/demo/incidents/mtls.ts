import { paymentRule } from '../mesh/istio-objects.ts';
import { checkFinds, checkFindsNothing } from '../scenario/check-says.ts';
import { atLeast, finds, findsNothing, none } from '../scenario/expectation.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { AccessLine } from '../traffic/access-line.ts';
import { BEFORE, upstream } from '../traffic/fault.ts';
import { below, WELL } from './well.ts';

/** What the server writes of a connection in plain text, where only mutual TLS is taken. */
const NO_CHAIN: Partial<AccessLine> = {
  ...upstream(0, 'NR', 'filter_chain_not_found'),
  method: undefined,
  path: undefined,
  protocol: undefined,
  authority: undefined,
  requestId: undefined,
  userAgent: undefined,
  upstreamCluster: undefined,
  upstreamHost: undefined,
  upstreamLocal: undefined,
  sni: undefined,
  route: undefined,
  sent: 0,
  duration: 0,
};
const CLOSED = upstream(503, 'UC', `${BEFORE}{connection_termination}`);

const CONFLICT = {
  family: 'meshladder_mtls_conflict',
  labels: { object_namespace: 'payment', object_name: 'payment-svc' },
  by: 'kubernetes',
} as const;

/** Clients are told to speak plain text to servers that take mutual TLS alone. */
export const MTLS: Scenario = {
  name: 'mtls',
  about: 'DestinationRule payment-svc turns TLS off where payment-strict insists on it',
  quiet: true,
  pod: 'checkout',
  acts: [
    WELL,
    {
      name: 'conflict',
      beats: [
        {
          at: 5,
          says: 'tls DISABLE applied: 503 UC',
          seen: 'conflict told; UC counted',
          deeds: [
            { at: 5, do: 'apply', object: paymentRule({ v1: 'v1', v2: 'v2' }, 'DISABLE') },
            { at: 5, do: 'push', types: ['cds'] },
            { at: 5, do: 'payments', fare: { v1: { client: CLOSED, server: NO_CHAIN } } },
          ],
          expects: [
            atLeast(1, CONFLICT),
            atLeast(1, {
              family: 'meshladder_response_flags_total',
              labels: { proxy_namespace: 'payment', workload: 'checkout-v1', flag: 'UC' },
              by: 'logs',
            }),
          ],
        },
        {
          at: 6,
          says: 'what check says of it',
          seen: 'mtls: DISABLE against STRICT',
          deeds: [],
          expects: [
            finds('payment', 'mtls', 'payment-svc', 'STRICT'),
            checkFinds('mtls', 'DestinationRule payment/payment-svc', 'STRICT'),
            findsNothing('payment', ...below('mtls')),
            checkFindsNothing(...below('mtls')),
          ],
        },
      ],
    },
    {
      name: 'mended',
      beats: [
        {
          at: 30,
          says: 'tls DISABLE is taken out',
          seen: 'no conflict; check is content',
          deeds: [
            { at: 30, do: 'apply', object: paymentRule({ v1: 'v1', v2: 'v2' }) },
            { at: 30, do: 'push', types: ['cds'] },
            { at: 30, do: 'payments', fare: {} },
          ],
          expects: [none(CONFLICT), findsNothing('payment', 'mtls'), checkFindsNothing('mtls')],
        },
      ],
    },
  ],
  endsAt: 33,
};
