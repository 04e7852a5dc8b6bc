import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../src/model/brand.ts';
import type { MeshSnapshot } from '../../src/model/snapshot.ts';
import type { RequestCount, RequestShape, Traffic } from '../../src/model/traffic.ts';
import { proxyLogging } from '../../src/rungs/proxy-logging/rung.ts';
import { responseFlags } from '../../src/rungs/response-flags/rung.ts';
import { answer, connection, fresh, objects, pod, polledMesh, REFUSED, sync } from '../support/mesh.ts';
import { rungText } from '../support/rung-text.ts';

const SHAPE: RequestShape = {
  proxyNamespace: 'shop',
  workload: 'web',
  direction: 'outbound',
  destination: 'cart.shop.svc.cluster.local',
  subset: 'v1',
  route: 'r',
  responseCode: 200,
  flags: [],
  details: 'via_upstream',
};
const TO_CART = 'proxy_namespace="shop",workload="web",direction="outbound",destination="cart.shop.svc.cluster.local"';

function lines(count: number, changes: Partial<RequestShape> = {}): RequestCount {
  return { shape: { ...SHAPE, ...changes }, count };
}

function snapshotOf(requests: readonly RequestCount[], rest: Partial<Traffic> = {}): MeshSnapshot {
  const traffic: Traffic = { requests, proxyLogs: [], xdsStreamFailures: [], intake: [], ...rest };
  return { ...polledMesh().snapshot, traffic: fresh(traffic) };
}

function counted(requests: readonly RequestCount[], ...families: readonly string[]): readonly string[] {
  return rungText(responseFlags, snapshotOf(requests), ...families).filter((line) => !line.endsWith(' 0'));
}

describe('requests', () => {
  test('of several shapes add up in one series where they differ in nothing it shows', () => {
    assert.deepEqual(
      counted(
        [lines(5), lines(3, { responseCode: 204 }), lines(2, { flags: ['DC'], responseCode: 0, details: '' })],
        'requests_total',
      ),
      [
        `requests_total{${TO_CART},subset="v1",route="r",response_code_class="2xx"} 8`,
        `requests_total{${TO_CART},subset="v1",route="r",response_code_class="0"} 2`,
      ],
    );
  });

  for (const [code, expected] of [
    [0, '0'],
    [100, '1xx'],
    [200, '2xx'],
    [308, '3xx'],
    [404, '4xx'],
    [599, '5xx'],
    [600, 'other'],
    [42, 'other'],
  ] as const) {
    test(`code ${code} is of class ${expected}`, () => {
      const [line] = counted([lines(1, { responseCode: code })], 'requests_total');
      assert.match(line ?? '', new RegExp(`response_code_class="${expected}"`));
    });
  }
});

describe('flags', () => {
  test('a line with two flags counts in both, and once among the flagged', () => {
    const requests = [
      lines(90),
      lines(7, { flags: ['UF', 'URX'], responseCode: 503, details: 'upstream_connect_failure' }),
    ];
    assert.deepEqual(counted(requests, 'flagged_requests_total', 'response_flags_total', 'response_details_total'), [
      `flagged_requests_total{${TO_CART},subset="v1"} 7`,
      `response_flags_total{${TO_CART},subset="v1",route="r",flag="UF"} 7`,
      `response_flags_total{${TO_CART},subset="v1",route="r",flag="URX"} 7`,
      `response_details_total{${TO_CART},details="upstream_connect_failure"} 7`,
    ]);
  });

  test('flags that tell of no failure are counted, but not as flagged requests', () => {
    for (const flag of ['DC', 'DI', 'DT', 'FI', 'RFCF']) {
      const requests = [lines(4, { flags: [flag] })];
      assert.deepEqual(counted(requests, 'response_flags_total', 'flagged_requests_total'), [
        `response_flags_total{${TO_CART},subset="v1",route="r",flag="${flag}"} 4`,
      ]);
    }
    assert.equal(counted([lines(4, { flags: ['DC', 'UF'] })], 'flagged_requests_total').length, 1);
  });

  test('a flag nobody knows yet is counted as it is', () => {
    assert.equal(counted([lines(1, { flags: ['ZZZ'] })], 'response_flags_total').length, 1);
  });

  test('a place where requests were seen has its zero of flagged ones', () => {
    assert.deepEqual(rungText(responseFlags, snapshotOf([lines(5)]), 'flagged_requests_total'), [
      `flagged_requests_total{${TO_CART},subset="v1"} 0`,
    ]);
  });
});

describe('details', () => {
  test('of unflagged lines that did not come via the upstream', () => {
    const requests = [
      lines(5),
      lines(2, { responseCode: 502, details: 'direct_response' }),
      lines(1, { details: '' }),
      lines(3, { flags: ['UC'], details: 'via_upstream' }),
    ];
    assert.deepEqual(counted(requests, 'response_details_total'), [
      `response_details_total{${TO_CART},details="direct_response"} 2`,
      `response_details_total{${TO_CART},details="via_upstream"} 3`,
    ]);
  });
});

describe('zeros', () => {
  const WATCHED = ['UH', 'UF', 'URX', 'UO', 'UC', 'UT', 'DC', 'RL', 'UAEX'];

  test('each watched flag begins at 0 where its first event will count', () => {
    const NR = (destination: string): string =>
      `response_flags_total{proxy_namespace="shop",workload="web",direction="unknown",destination="${destination}",subset="",route="",flag="NR"} 0`;
    assert.deepEqual(rungText(responseFlags, snapshotOf([lines(5)]), 'response_flags_total'), [
      ...WATCHED.map((flag) => `response_flags_total{${TO_CART},subset="v1",route="r",flag="${flag}"} 0`),
      NR('__unknown__'),
      NR('cart.shop.svc.cluster.local'),
    ]);
  });

  test('a flag that has been seen keeps its count', () => {
    const text = rungText(responseFlags, snapshotOf([lines(5), lines(2, { flags: ['UH'] })]), 'response_flags_total');
    assert.deepEqual(
      text.filter((line) => line.includes('flag="UH"')),
      [`response_flags_total{${TO_CART},subset="v1",route="r",flag="UH"} 2`],
    );
  });

  test('a line that found no route counts in the series that was there before it', () => {
    const before = rungText(responseFlags, snapshotOf([lines(5)]), 'response_flags_total');
    const noRoute = lines(1, {
      direction: 'unknown',
      destination: '__unknown__',
      subset: '',
      route: '',
      flags: ['NR'],
      responseCode: 404,
      details: 'route_not_found',
    });
    const after = rungText(responseFlags, snapshotOf([lines(5), noRoute]), 'response_flags_total');
    const series = (text: readonly string[]): readonly string[] => text.map((line) => line.replace(/ \d+$/, '')).sort();
    assert.deepEqual(series(after), series(before));
  });

  test('are bounded, whole workloads first come first served', () => {
    const requests = Array.from({ length: 900 }, (_, at) => lines(1, { workload: `w${at}` }));
    const text = rungText(responseFlags, snapshotOf(requests), 'response_flags_total');
    assert.ok(text.length <= 5000 && text.length > 4900, String(text.length));
    assert.equal(text.length % 11, 0);
    assert.ok(text.every((line) => Number(/workload="w(\d+)"/.exec(line)?.[1]) < 460));
  });
});

test('no label set comes twice, and nothing is lost, whatever the shapes', () => {
  const word = fc.constantFrom('', 'a', 'b', '-', 'a\u0001');
  const shape: fc.Arbitrary<RequestShape> = fc.record({
    proxyNamespace: word,
    workload: word,
    direction: fc.constantFrom('inbound', 'outbound', 'unknown'),
    destination: fc.constantFrom('__unknown__', 'a', 'b'),
    subset: word,
    route: word,
    responseCode: fc.constantFrom(0, 200, 404, 503, 999),
    flags: fc.uniqueArray(fc.constantFrom('UF', 'URX', 'NR', 'DC', 'UH'), { maxLength: 3 }),
    details: fc.constantFrom('', 'via_upstream', 'route_not_found'),
  });
  fc.assert(
    fc.property(fc.array(fc.record({ shape, count: fc.nat(100) }), { maxLength: 40 }), (requests) => {
      const snapshot = snapshotOf(requests);
      rungText(responseFlags, snapshot);
      const samples = responseFlags.evaluate(snapshot);
      const sum = (list: readonly { readonly value: number }[]): number =>
        list.reduce((all, { value }) => all + value, 0);
      const total = (of: (one: RequestCount) => number): number => requests.reduce((all, one) => all + of(one), 0);
      assert.equal(
        sum(samples.requests),
        total(({ count }) => count),
      );
      assert.equal(
        sum(samples.responseFlags),
        total(({ count, shape: { flags } }) => count * flags.length),
      );
    }),
  );
});

describe('intake', () => {
  test('every line is accounted for, of the exporter and so without mesh_cluster', () => {
    const intake = [
      {
        source: 'files',
        lines: { access: 5, unparsed: 1, proxy_log: 2, other: 0, dropped: 3 },
        skippedBytes: 9,
        newestLineAt: epochSeconds(1795230451.25),
      },
    ];
    assert.deepEqual(rungText(responseFlags, snapshotOf([], { intake })), [
      'access_log_lines_total{source="files",result="access"} 5',
      'access_log_lines_total{source="files",result="unparsed"} 1',
      'access_log_lines_total{source="files",result="proxy_log"} 2',
      'access_log_lines_total{source="files",result="other"} 0',
      'access_log_lines_total{source="files",result="dropped"} 3',
      'access_log_newest_line_timestamp_seconds{source="files"} 1795230451.25',
    ]);
    const samples = responseFlags.evaluate(snapshotOf([], { intake }));
    assert.deepEqual(samples.accessLogLines[0]?.labels, { source: 'files', result: 'access' });
  });

  test('no traffic source, no word of traffic', () => {
    assert.deepEqual(rungText(responseFlags, polledMesh().snapshot), []);
    const failed = { ...polledMesh().snapshot, traffic: { state: 'failed', error: REFUSED } as const };
    assert.deepEqual(rungText(responseFlags, failed), []);
  });

  test('the proxies’ own lines by level', () => {
    const proxyLogs = [{ proxyNamespace: 'shop', workload: 'web', level: 'warning', count: 4 }];
    assert.deepEqual(rungText(proxyLogging, snapshotOf([], { proxyLogs })), [
      'proxy_log_lines_total{proxy_namespace="shop",workload="web",level="warning"} 4',
    ]);
    assert.deepEqual(rungText(proxyLogging, polledMesh().snapshot), []);
  });
});

test('access logging, by namespace', () => {
  const mesh = polledMesh();
  mesh.setPods([pod('shop', 'a'), pod('shop', 'b')]);
  const proxies = [connection('shop', 'a', { cds: sync('x') }), connection('shop', 'b', { cds: sync('x') })];
  mesh.poll(90, [answer([...proxies, connection('far', 'c', { cds: sync('x') }, { cluster: 'east' })])]);
  const on = (): readonly string[] => rungText(responseFlags, mesh.snapshot).filter((line) => !line.endsWith(' 0'));
  assert.deepEqual(on(), [
    'access_logging{proxy_namespace="shop",mode="unknown"} 2',
    'access_logging{mesh_cluster="east",proxy_namespace="far",mode="unknown"} 1',
  ]);
  const config = {
    namespace: 'istio-system',
    name: 'istio',
    revision: 'default',
    accessLogFile: '/dev/stdout',
    raw: {},
  };
  mesh.setCluster({
    meshConfigs: fresh(objects([config])),
    config: { 'telemetries.telemetry.istio.io': fresh(new Map()) },
  });
  assert.deepEqual(on(), [
    'access_logging{proxy_namespace="shop",mode="on"} 2',
    'access_logging{mesh_cluster="east",proxy_namespace="far",mode="unknown"} 1',
  ]);
});
