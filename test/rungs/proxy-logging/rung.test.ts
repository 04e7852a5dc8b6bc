import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { MeshSnapshot } from '../../../src/model/snapshot.ts';
import { NO_TRAFFIC, type Traffic } from '../../../src/model/traffic.ts';
import { examineProxyLogging } from '../../../src/rungs/proxy-logging/examine.ts';
import { proxyLogging } from '../../../src/rungs/proxy-logging/rung.ts';
import { look, looks } from '../../support/inspection.ts';
import { answer, connection, fresh, pod, polledMesh } from '../../support/mesh.ts';
import { rungText } from '../../support/rung-text.ts';

const CART = 'cart-7d9fbcd45-2xkqp';
const QUIET = look('shop', 'pay-7d9fbcd45-2xkqp', { at: 900, verboseLoggers: [] });
const rbac = { name: 'rbac', level: 'debug' };
const LOUD = look('shop', CART, { at: 900, verboseLoggers: [rbac, { name: 'http2', level: 'trace' }] });
const SINCE = new Map([[`shop/${CART} rbac`, epochSeconds(300)]]);

function mesh(changes: Partial<MeshSnapshot> = {}): MeshSnapshot {
  const polled = polledMesh();
  polled.setPods([pod('shop', CART)]);
  polled.poll(1_000, [answer([connection('shop', CART, {})])]);
  return { ...polled.snapshot, ...changes };
}

function lines(level: string, count: number): Traffic {
  return { ...NO_TRAFFIC, proxyLogs: [{ proxyNamespace: 'shop', workload: 'cart', level, count }] };
}

/** So many lines in the last hundred seconds. */
function written(level: string, count: number): Partial<MeshSnapshot> {
  const config = {};
  return {
    traffic: fresh(lines(level, count), 1_000),
    trafficMarks: [{ at: epochSeconds(900), traffic: lines(level, 0), config }],
  };
}

test('verbose loggers are told with since when; those at their default are not', () => {
  const snapshot = mesh({ inspections: fresh(looks(QUIET, LOUD)), verboseSince: SINCE });
  const of = (logger: string, level: string): string =>
    `{proxy_namespace="shop",proxy="${CART}",logger="${logger}",level="${level}"}`;
  assert.deepEqual(rungText(proxyLogging, snapshot), [
    `proxy_verbose_logger${of('rbac', 'debug')} 1`,
    `proxy_verbose_logger${of('http2', 'trace')} 1`,
    `proxy_verbose_logger_since_timestamp_seconds${of('rbac', 'debug')} 300`,
    `proxy_verbose_logger_since_timestamp_seconds${of('http2', 'trace')} 900`,
  ]);
});

describe('what a person reads', () => {
  const many = Array.from({ length: 62 }, (_, nth) => ({ name: `logger${nth}`, level: 'debug' }));
  const cases: readonly (readonly [what: string, snapshot: MeshSnapshot, told: readonly string[]])[] = [
    ['nothing is known', mesh(), ['unknown: no log source', `next: meshladder config log ${CART}.shop`]],
    ['one look, no logs', mesh({ inspections: fresh(looks(QUIET)) }), ['ok: no verbose logger on 1 proxy looked into']],
    [
      'a logger left on',
      mesh({ inspections: fresh(looks(QUIET, LOUD)), verboseSince: SINCE }),
      [
        `finding: rbac at debug, http2 at trace on ${CART}.shop`,
        `${CART}.shop: rbac at debug, http2 at trace, first seen 11 min ago`,
        `next: meshladder config log ${CART}.shop --level default`,
      ],
    ],
    [
      'what it costs',
      mesh({ inspections: fresh(looks(LOUD)), verboseSince: SINCE, ...written('debug', 1_240) }),
      [
        `finding: rbac at debug, http2 at trace on ${CART}.shop: 12 lines/s`,
        `${CART}.shop: rbac at debug, http2 at trace, first seen 11 min ago`,
        `next: meshladder config log ${CART}.shop --level default`,
      ],
    ],
    [
      'all of them, on two proxies',
      mesh({ inspections: fresh(looks({ ...LOUD, verboseLoggers: many }, { ...LOUD, name: 'cart-7d9fbcd45-9zzzz' })) }),
      [
        `finding: 62 loggers at debug on ${CART}.shop and 1 more proxy`,
        `${CART}.shop: 62 loggers at debug, first seen 1 min ago`,
        'cart-7d9fbcd45-9zzzz.shop: rbac at debug, http2 at trace, first seen 1 min ago',
        `next: meshladder config log ${CART}.shop --level default`,
      ],
    ],
    [
      'debug lines of a proxy that nobody looked into',
      mesh(written('debug', 500)),
      [
        'finding: 500 debug lines by cart.shop in 1 min',
        '500 debug lines by cart.shop',
        `next: meshladder config log ${CART}.shop`,
      ],
    ],
    ['warnings only', mesh(written('warning', 7)), ['ok: no debug lines among 7 proxy log lines in 1 min']],
  ];
  for (const [what, snapshot, told] of cases) {
    test(what, () => {
      const { verdict, summary, evidence, next } = examineProxyLogging(snapshot, { namespace: 'shop' });
      assert.deepEqual([`${verdict}: ${summary}`, ...evidence, ...(next === undefined ? [] : [`next: ${next}`])], told);
    });
  }

  test('of another pod, nothing', () => {
    const snapshot = mesh({ inspections: fresh(looks(LOUD)) });
    const asked = { namespace: 'shop', name: 'pay-7d9fbcd45-2xkqp' };
    assert.equal(examineProxyLogging(snapshot, asked).verdict, 'unknown');
  });
});
