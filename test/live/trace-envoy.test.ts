import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { findTool } from '../../scripts/find-tool.ts';
import { testRegex } from '../../src/cli/trace-regex.ts';
import type { EnvoyDump } from '../../src/model/envoy-config.ts';
import type { TraceQuestion } from '../../src/model/envoy-trace-question.ts';
import type { Trace } from '../../src/rungs/config-trace/trace.ts';
import { traceRequest } from '../../src/rungs/config-trace/trace-request.ts';
import { readDumpText } from '../support/envoy-dump.ts';
import { type RoutedRequest, type RoutingEnvoy, startRoutingEnvoy } from '../support/routing-envoy.ts';

const binary = findTool('envoy');
const skip = binary === undefined ? 'no Envoy here: `node scripts/test-tools.ts` tries to get one' : false;

const exact = (value: string): object => ({ string_match: { exact: value } });

/** Every way to match that Istio uses, and those that are easily read wrongly, most particular first. */
const MATCHES: readonly object[] = [
  { prefix: '/', headers: [{ name: ':method', ...exact('DELETE') }] },
  { prefix: '/h', headers: [{ name: 'x-who', ...exact('a') }] },
  { prefix: '/h', headers: [{ name: 'X-Who', string_match: { prefix: 'b', ignore_case: true } }] },
  { prefix: '/h', headers: [{ name: 'x-who', string_match: { safe_regex: { regex: 'c[0-9]+' } } }] },
  { prefix: '/h', headers: [{ name: 'x-num', range_match: { start: '-3', end: '3' } }] },
  { prefix: '/h', headers: [{ name: 'x-there', present_match: true }] },
  { prefix: '/h/not', headers: [{ name: 'x-who', ...exact('d'), invert_match: true }] },
  {
    prefix: '/h/empty',
    headers: [{ name: 'x-who', ...exact('d'), invert_match: true, treat_missing_header_as_empty: true }],
  },
  { prefix: '/h/absent', headers: [{ name: 'x-who', present_match: false }] },
  { prefix: '/h/turned', headers: [{ name: 'x-who', present_match: true, invert_match: true }] },
  { prefix: '/h/name', headers: [{ name: 'x-num' }] },
  { prefix: '/q', query_parameters: [{ name: 'q', ...exact('1') }] },
  { prefix: '/q', query_parameters: [{ name: 'q', string_match: { prefix: '2' } }] },
  { prefix: '/q', query_parameters: [{ name: 'p', present_match: true }] },
  { path: '/exact' },
  { path: '/Fold', case_sensitive: false },
  { prefix: '/Prefix', case_sensitive: false },
  { path_separated_prefix: '/segment' },
  { safe_regex: { regex: '/v[0-9]+/.*' } },
  { prefix: '/grpc', grpc: {} },
  { prefix: '/never', runtime_fraction: { default_value: { numerator: 0 } } },
  { prefix: '/never/all', runtime_fraction: { default_value: { numerator: 100 } } },
];

const DOMAINS: readonly (readonly string[])[] = [['a.b.c', 'a'], ['*.b.c'], ['*.c'], ['a.*'], ['a.b.*'], ['p.q:8080']];

function hostOf(domains: readonly string[], nth: number): object {
  const answer = (name: string): object => ({ direct_response: { status: 200, body: { inline_string: name } } });
  const routes = MATCHES.map((match, at) => ({ name: `${nth}/${at}`, match, ...answer(`${nth}/${at}`) }));
  return { name: `host-${nth}`, domains, routes };
}

const VIRTUAL_HOSTS: readonly object[] = [
  ...DOMAINS.map(hostOf),
  {
    name: 'ends',
    domains: ['ends'],
    routes: [
      { match: { path: '/missing' }, route: { cluster: 'outbound|80|v9|cart.shop' } },
      { match: { path: '/empty' }, route: { cluster: 'outbound|80||cart.shop' } },
      { match: { path: '/redirect' }, redirect: { path_redirect: '/x' } },
      { match: { path: '/refuse' }, direct_response: { status: 502 } },
      {
        match: { path: '/split' },
        route: {
          weighted_clusters: {
            clusters: [
              { name: 'outbound|80||cart.shop', weight: 1 },
              { name: 'none', weight: 0 },
            ],
          },
        },
      },
    ],
  },
];
const CLUSTERS: readonly object[] = [
  { name: 'outbound|80||cart.shop', type: 'STATIC', load_assignment: { cluster_name: 'outbound|80||cart.shop' } },
];

let envoy: RoutingEnvoy;
let dump: EnvoyDump;

before(async () => {
  if (binary === undefined) return;
  envoy = await startRoutingEnvoy(binary, VIRTUAL_HOSTS, CLUSTERS);
  const { config } = await readDumpText(await envoy.ask('/config_dump?include_eds'));
  const { statuses } = await readDumpText(await envoy.ask('/clusters?format=json'));
  assert.ok(config !== undefined && statuses !== undefined);
  dump = { config, statuses };
});

after(async () => {
  await envoy?.dispose();
});

function trace({ host, path, method, headers }: RoutedRequest): Trace {
  const question: TraceQuestion = {
    host: '127.0.0.1',
    port: envoy.port,
    path,
    method,
    headers: new Map(Object.entries({ ...headers, host })),
    protocol: 'http',
    sni: '',
    direction: 'outbound',
  };
  return traceRequest(dump, question, testRegex);
}

/** What a client would see, if the trace is right. */
function expected({ steps, branches }: Trace): { readonly status: number; readonly body?: string } {
  const reason = branches[0]?.end.reason;
  if (reason === 'no_virtual_host' || reason === 'no_route') return { status: 404 };
  if (reason === 'no_subset' || reason === 'no_cluster' || reason === 'no_endpoints') return { status: 503 };
  if (reason === 'redirect') return { status: 301 };
  const name = steps.at(-1)?.name ?? '';
  return name === '' ? { status: 502 } : { status: 200, body: name };
}

async function compare(request: RoutedRequest): Promise<string> {
  const told = expected(trace(request));
  const { status, body } = await envoy.send(request);
  const seen = told.body === undefined ? { status } : { status, body };
  assert.deepEqual(told, seen, JSON.stringify(request));
  return told.body ?? String(told.status);
}

const request: fc.Arbitrary<RoutedRequest> = fc.record({
  host: fc.constantFrom(
    ...[
      'a.b.c',
      'A.b.C',
      'a',
      'z.b.c',
      'z.z.c',
      'b.c',
      '.b.c',
      'a.z',
      'a.b.z',
      'a.b.c:80',
      'p.q',
      'p.q:8080',
      'x',
      'z.z.c:1',
    ],
  ),
  path: fc
    .tuple(
      fc.constantFrom(
        ...['/', '/h', '/h/x', '/h/not', '/h/empty', '/h/absent', '/h/turned', '/h/name', '/q', '/exact', '/exact/'],
        ...[
          '/fold',
          '/FOLD',
          '/prefix/x',
          '/segment',
          '/segment/x',
          '/segments',
          '/v1/x',
          '/v1',
          '/grpc',
          '/never/all',
        ],
      ),
      fc.constantFrom('', '', '?q=1', '?q=2x', '?p', '?q=3&p=', '?x=1&q=1'),
    )
    .map(([path, query]) => path + query),
  method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'DELETE'),
  headers: fc.dictionary(
    fc.constantFrom('x-who', 'x-num', 'x-there', 'content-type'),
    fc.constantFrom('a', 'Bx', 'c12', 'd', '-3', '3', '2x', 'application/grpc', 'application/grpc+json'),
    { maxKeys: 3 },
  ),
});

describe('a real Envoy takes the way that is told', { skip }, () => {
  test('for hundreds of requests', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(request, async (each) => {
        seen.add(await compare(each));
      }),
      { numRuns: 1_000, seed: 7 },
    );
    // Nearly all of the ways to match were taken, and what matches nothing, too.
    const ways = new Set([...seen].map((body) => body.split('/')[1]));
    assert.ok(ways.size >= MATCHES.length - 2 && seen.has('404'), [...ways].join(' '));
  });

  for (const path of ['/missing', '/empty', '/redirect', '/refuse', '/split', '/nowhere']) {
    test(`to the end of ${path}`, async () => {
      await compare({ host: 'ends', path, method: 'GET', headers: {} });
    });
  }
});
