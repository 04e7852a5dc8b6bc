import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MeshSnapshot } from '../../src/model/snapshot.ts';
import type { RequestShape, Traffic } from '../../src/model/traffic.ts';
import { examineLadder } from '../../src/rungs/examine-ladder.ts';
import { hasStopped } from '../../src/rungs/quiet.ts';
import { answer } from '../support/mesh.ts';
import {
  BEGIN,
  configWith,
  istioObject,
  listed,
  paymentMesh,
  shape,
  withTraffic,
} from '../support/payment-incident.ts';

/** What goes on in one span of 20 s. */
interface Span {
  readonly requests?: readonly (readonly [count: number, changes: Partial<RequestShape>])[];
  readonly logs?: readonly (readonly [level: string, count: number])[];
}

const SPAN_SECONDS = 20;

/** The mesh after these spans, counted as a tally counts: each shape grows. */
function after(spans: readonly Span[]): MeshSnapshot {
  const mesh = paymentMesh();
  const config = configWith([]);
  mesh.setCluster({ config });
  mesh.poll(BEGIN + 600 + spans.length * SPAN_SECONDS, [answer(listed('n1'))]);
  const counts = new Map<RequestShape, number>();
  const lines = new Map<string, number>();
  const countings = [{}, ...spans].map(({ requests = [], logs = [] }: Span, nth) => {
    for (const [count, changes] of requests) counts.set(shape(changes), (counts.get(shape(changes)) ?? 0) + count);
    for (const [level, count] of logs) lines.set(level, (lines.get(level) ?? 0) + count);
    const proxyLogs: Traffic['proxyLogs'] = [...lines].map(([level, count]) => {
      return { proxyNamespace: 'payment', workload: 'checkout-v1', level, count };
    });
    const told = [...counts].map(([each, count]) => ({ shape: each, count }));
    return { at: BEGIN + 600 + nth * SPAN_SECONDS, requests: told, config, proxyLogs };
  });
  return withTraffic(mesh.snapshot, countings);
}

function said(snapshot: MeshSnapshot, rung: string, about = {}): string {
  const entry = examineLadder(snapshot, about).find(({ id }) => id === rung);
  return `${entry?.verdict}: ${entry?.summary}`;
}

const times = (count: number, span: Span): readonly Span[] => Array.from({ length: count }, () => span);
const WELL: Span = { requests: [[50, {}]] };
const BAD: Span = {
  requests: [
    [30, {}],
    [20, { flags: ['UF'], responseCode: 503 }],
  ],
};
const SILENT: Span = {};

describe('what is mended is no finding once enough has gone well, and what nobody tried stays one', () => {
  const cases: readonly (readonly [about: string, spans: readonly Span[], said: string])[] = [
    ['it goes on', [...times(5, WELL), ...times(5, BAD)], 'finding: UF on 100 of 500 requests to payment-svc'],
    [
      'mended a moment ago: nobody can tell yet',
      [...times(5, BAD), ...times(2, WELL)],
      'finding: UF on 100 of 350 requests to payment-svc',
    ],
    [
      'mended a minute ago',
      [...times(5, BAD), ...times(4, WELL)],
      'ok: no longer: UF on 100 of 450 requests to payment-svc, none in the last 1 min',
    ],
    [
      'mended minutes ago',
      [...times(5, BAD), ...times(9, WELL)],
      'ok: no longer: UF on 100 of 700 requests to payment-svc, none in the last 3 min',
    ],
    [
      'nobody has called since',
      [...times(5, BAD), ...times(9, SILENT)],
      'finding: UF on 100 of 250 requests to payment-svc, none in the last 3 min',
    ],
    [
      'so rare that the silence may be chance',
      [
        ...times(5, {
          requests: [
            [98, {}],
            [2, { flags: ['UF'], responseCode: 503 }],
          ],
        }),
        ...times(4, { requests: [[20, {}]] }),
      ],
      'finding: UF on 10 of 580 requests to payment-svc, none in the last 1 min',
    ],
    [
      'mended, and broken again',
      [...times(3, BAD), ...times(5, WELL), BAD],
      'finding: UF on 80 of 450 requests to payment-svc',
    ],
  ];
  for (const [about, spans, expected] of cases) {
    test(about, () => assert.equal(said(after(spans), 'response-flags'), expected));
  }
});

describe('the same of denials, circuit breakers and debug lines', () => {
  const denial = { policyNamespace: 'payment', policy: 'deny', rule: '0' };
  const server = { workload: 'payment-svc-v1', direction: 'inbound', subset: '', route: 'default' } as const;
  const denied: Span = { requests: [[20, { ...server, denial, responseCode: 403 }]] };
  const served: Span = { requests: [[20, server]] };
  const turned: Span = {
    requests: [
      [40, {}],
      [10, { flags: ['UO'], responseCode: 503 }],
    ],
  };
  const debug: Span = { logs: [['debug', 40]] };
  const cases: readonly (readonly [rung: string, spans: readonly Span[], said: RegExp])[] = [
    ['authorization', times(8, denied), /^finding: 160 requests denied in 2 min by AuthorizationPolicy payment\/deny/],
    [
      'authorization',
      [...times(5, denied), ...times(4, served)],
      /^ok: no longer: 100 requests denied in 3 min by AuthorizationPolicy payment\/deny/,
    ],
    [
      'authorization',
      [...times(5, denied), ...times(6, SILENT)],
      /^finding: 100 requests denied in 3 min by AuthorizationPolicy payment\/deny.*, none in the last \d min$/,
    ],
    ['endpoints', times(8, turned), /^finding: 80 requests to payment-svc turned away by its circuit breaker/],
    ['endpoints', [...times(5, turned), ...times(5, WELL)], /^ok: 1 service with ready endpoints$/],
    [
      'endpoints',
      [...times(5, turned), ...times(6, SILENT)],
      /^finding: 50 requests to payment-svc turned away .*\(UO\), none in the last \d min, no DestinationRule sets limits$/,
    ],
    ['proxy-logging', times(8, debug), /^finding: 320 debug lines by checkout-v1\.payment in 2 min$/],
    [
      'proxy-logging',
      [...times(5, debug), ...times(5, WELL)],
      /^ok: no longer: 200 debug lines by checkout-v1\.payment in 3 min, none in the last 1 min$/,
    ],
  ];
  for (const [rung, spans, expected] of cases) {
    test(`${rung}: ${expected.source}`, () => {
      const snapshot = after(spans);
      const policies = new Map([['payment/deny', istioObject('AuthorizationPolicy', 'deny', { action: 'DENY' })]]);
      const config = {
        ...snapshot.cluster.config,
        'authorizationpolicies.security.istio.io': { state: 'fresh', at: snapshot.takenAt, value: policies } as const,
      };
      assert.match(
        said({ ...snapshot, cluster: { ...snapshot.cluster, config } }, rung, { namespace: 'payment' }),
        expected,
      );
    });
  }
});

test('how long a row without it must be hangs on how often it was', () => {
  const row = (occasions: number): { seconds: number; occasions: number } => ({ seconds: 60, occasions });
  const cases: readonly (readonly [count: number, total: number, occasions: number, over: boolean])[] = [
    [100, 100, 1, true],
    [50, 100, 6, false],
    [50, 100, 7, true],
    [1, 100, 458, false],
    [1, 100, 459, true],
    [5, 100, 0, false],
  ];
  for (const [count, total, occasions, over] of cases) {
    assert.equal(hasStopped(row(occasions), { count, total }), over, `${count} of ${total}, then ${occasions}`);
  }
  assert.equal(hasStopped(undefined, { count: 1, total: 1 }), false);
});
