import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify } from '../../../src/sources/access-log/classify.ts';
import { ownLine } from '../../../src/sources/access-log/proxy-log-line.ts';
import { XDS_FAILURES } from '../../../src/sources/access-log/xds-failure.ts';

const LOGLINES = new URL('../../fixtures/incident/', import.meta.url);
const TIME = '2026-08-01T09:14:03.512387Z';

/** Failures and levels of a recorded log, as `KIND: COUNT`. */
function countsOf(path: string): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (key: string): void => {
    counts[key] = (counts[key] ?? 0) + 1;
  };
  for (const line of readFileSync(new URL(path, LOGLINES), 'utf8').split('\n').slice(0, -1)) {
    const found = classify(line, 'auto');
    if (found.kind !== 'proxy_log') add(found.kind);
    else if (found.line.xdsFailure !== undefined) add(found.line.xdsFailure);
    else add(found.line.level);
  }
  return counts;
}

test('recorded incidents tell why the stream to istiod was lost', () => {
  const table: Readonly<Record<string, Record<string, number>>> = {
    'drop/checkout.istio-proxy.without-accesslog.log': { warning: 44, info: 1, keepalive_timeout: 1, dial_timeout: 5 },
    'drop-egress-only/checkout.istio-proxy.without-accesslog.log': {
      warning: 44,
      info: 1,
      connection_timeout: 1,
      dial_timeout: 5,
    },
    'reject/payment-svc-v1.istio-proxy.without-accesslog.log': {
      warning: 29,
      info: 1,
      connection_reset: 1,
      connection_refused: 4,
    },
    'reject/payment-svc-v2.istio-proxy.without-accesslog.log': {
      warning: 29,
      info: 1,
      connection_reset: 1,
      connection_refused: 4,
      eof: 2,
    },
    'loglines/xds-lost-and-back.json.log': { info: 1, connection_reset: 1, connection_refused: 1 },
    'loglines/cert-unknown-authority.text.log': {
      error: 5,
      info: 38,
      warning: 21,
      other: 11,
      certificate_unknown_authority: 4,
    },
    'loglines/cert-unknown-authority.json.log': { error: 5, info: 38, warning: 21, certificate_unknown_authority: 4 },
    'loglines/cert-bad-token.text.log': { error: 7, info: 45, warning: 7, other: 11, unauthenticated: 16 },
    'loglines/cert-bad-token.json.log': { error: 7, info: 46, warning: 7, unauthenticated: 18 },
    // A rejected configuration is no lost stream.
    'loglines/nack.text.log': { warning: 2, other: 2 },
    'loglines/nack.json.log': { warning: 2 },
    'loglines/rbac-debug.text.log': { debug: 13, other: 77, access: 3 },
    'loglines/startup.text.log': { error: 1, info: 43, warning: 1, other: 11 },
    'loglines/stop.text.log': { info: 8, warning: 2 },
  };
  for (const [path, expected] of Object.entries(table)) assert.deepEqual(countsOf(path), expected, path);
});

test('each class of failure has a message', async (t) => {
  const lost = (why: string): string => `warn\txdsproxy\tupstream terminated with unexpected error rpc error: ${why}`;
  const closed = (why: string): string =>
    `warning\tenvoy config external/envoy/grpc_stream.h:190\tDeltaAggregatedResources gRPC config stream to xds-grpc closed${why}\tthread=23`;
  const csr = (why: string): string =>
    `error\tcitadelclient\tfailed to sign CSR: create certificate: rpc error: ${why}`;
  const table: Readonly<Record<string, readonly string[]>> = {
    keepalive_timeout: [lost('code = Unavailable desc = keepalive ping failed to receive ACK within timeout')],
    connection_timeout: [
      lost('code = Unavailable desc = error reading from server: read tcp 1.2.3.4:5: connection timed out'),
    ],
    connection_reset: [
      lost('code = Unavailable desc = error reading from server: read: connection reset by peer'),
      lost('code = Unavailable desc = write: broken pipe'),
    ],
    connection_refused: [
      closed(' since 41s ago: 14, connection error: dial tcp 10.0.0.1:15012: connect: connection refused'),
    ],
    dial_timeout: [closed(' since 41s ago: 14, connection error: dial tcp 10.0.0.1:15012: i/o timeout')],
    no_route: [closed(': 14, dial tcp: connect: no route to host'), closed(': 14, connect: network is unreachable')],
    name_not_found: [closed(': 14, dial tcp: lookup istiod.istio-system.svc on 10.96.0.10:53: no such host')],
    certificate_unknown_authority: [csr('x509: certificate signed by unknown authority')],
    certificate_expired: [lost('tls: failed to verify certificate: x509: certificate has expired or is not yet valid')],
    certificate_other: [lost('x509: certificate is valid for a, not b'), lost('remote error: tls: bad certificate')],
    unauthenticated: [
      lost('code = Unauthenticated desc = authentication failure'),
      closed(': 16, authentication failure{via_upstream}'),
    ],
    permission_denied: [csr('code = PermissionDenied desc = no'), closed(': 7, no')],
    deadline_exceeded: [lost('context deadline exceeded'), csr('code = DeadlineExceeded desc = x')],
    eof: [lost('code = Unavailable desc = error reading from server: EOF')],
    other: [
      lost('code = Internal desc = something new'),
      closed(': 13, '),
      'warn\txdsproxy\tfailed to connect to upstream istiod:15012: strange',
    ],
  };
  assert.deepEqual(Object.keys(table).sort(), [...XDS_FAILURES].sort());
  for (const [reason, lines] of Object.entries(table)) {
    await t.test(reason, () => {
      for (const line of lines) assert.equal(ownLine(`${TIME}\t${line}`)?.line.xdsFailure, reason, line);
    });
  }
});

test('what is no failure of the stream is none', () => {
  for (const line of [
    'info\txdsproxy\tconnected to delta upstream XDS server: istiod.istio-system.svc:15012\tid=9',
    'info\txdsproxy\tupstream terminated with unexpected error EOF',
    'warn\tca\tca request failed, starting attempt 1 in 98ms',
    'error\tcache\tresource:default failed to sign: connection refused',
    'warning\tenvoy config x.h:1\tDeltaAggregatedResources gRPC config stream to xds-grpc closed: 0, ',
    'warning\tenvoy config x.h:1\tDeltaAggregatedResources gRPC config stream to xds-grpc closed since 5s ago: 0, ',
    'warning\tenvoy config x.h:1\tdelta config for type.googleapis.com/x rejected: connection refused',
    'warning\tenvoy filter x.cc:1\tupstream terminated with unexpected error EOF',
    'error\tsomething\tfailed to connect to upstream',
  ]) {
    const own = ownLine(`${TIME}\t${line}`);
    assert.ok(own !== undefined, line);
    assert.equal(own.line.xdsFailure, undefined, line);
  }
});

test('every logger that shares the stream is known by its form', () => {
  const table: readonly (readonly [string, string | undefined])[] = [
    [`${TIME}\tinfo\tsds\thello`, 'info'],
    [`${TIME}\twarning\tenvoy main source/x.cc:1\thello\tthread=1`, 'warning'],
    [`${TIME}\tcritical\tenvoy main source/x.cc:1\tassert\tthread=1`, 'critical'],
    [`${TIME}\tfatal\tmain\tthe end`, 'critical'],
    [`{"level":"warn","time":"${TIME}","scope":"sds","msg":"hello"}`, 'warning'],
    [`{"time":"${TIME}","level":"error","scope":"envoy config","msg":"x","caller":"a:1","thread":"1"}`, 'error'],
    ['[2026-08-01 09:14:03.512][12][warning][config] [source/x.cc:1] hello', 'warning'],
    ['2026/08/01 09:14:03 ERROR failed to set GOMEMLIMIT error="x"', 'error'],
    ['W0801 09:14:03.512345       1 client_config.go:618] hello', 'warning'],
    ['I0801 09:14:03.512345       1 x.go:6] hello', 'info'],
    [`${TIME}\tloud\tsds\thello`, undefined],
    [`${TIME} info sds hello`, undefined],
    ['yesterday\tinfo\tsds\thello', undefined],
    [`{"level":"loud","time":"${TIME}","msg":"x"}`, undefined],
    ['{"level":"info"}', undefined],
    ['{"level":"constructor","msg":"x"}', undefined],
    ['{"level":["info"],"msg":"x"}', undefined],
    ['', undefined],
    ['concurrency: 1', undefined],
    ['X0801 09:14:03.512345 1 x.go:6] hello', undefined],
  ];
  for (const [line, level] of table) assert.equal(ownLine(line)?.line.level, level, line);
});

test('nothing of a message gets into what is told, and no line throws', () => {
  const reasons: readonly (string | undefined)[] = [...XDS_FAILURES, undefined];
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const line of [
        text,
        `${TIME}\twarn\txdsproxy\tupstream terminated with unexpected error ${text}`,
        `{"level":"warn","msg":${JSON.stringify(text)}}`,
      ]) {
        const own = ownLine(line)?.line;
        assert.ok(own === undefined || reasons.includes(own.xdsFailure));
        assert.ok(own === undefined || /^[a-z]+$/.test(own.level));
      }
    }),
    { numRuns: 500 },
  );
});
