import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { EnvoyDump } from '../../../src/model/envoy-config.ts';
import type { RegexTest } from '../../../src/model/envoy-trace-question.ts';
import type { Trace } from '../../../src/rungs/config-trace/trace.ts';
import { traceRequest } from '../../../src/rungs/config-trace/trace-request.ts';
import { readDumpText, readDumpValue } from '../../support/envoy-dump.ts';
import {
  chainOf,
  cluster,
  dumpOf,
  endpoints,
  http,
  httpListener,
  listener,
  question,
  routeTo,
  type TracedMesh,
  tcp,
} from '../../support/traced-mesh.ts';

const regex: RegexTest = () => undefined;
const V1 = 'outbound|80|v1|cart.shop.svc.cluster.local';
const V2 = 'outbound|80|v2|cart.shop.svc.cluster.local';

function hosting(routes: readonly object[], domains: readonly string[] = ['cart.shop']): object {
  return { name: '80', virtual_hosts: [{ name: 'cart', domains, routes }] };
}

const WHOLE: TracedMesh = {
  listeners: [httpListener(80, '80')],
  routes: [hosting([routeTo(V1)])],
  clusters: [cluster(V1), cluster(V2)],
  endpoints: [endpoints(V1, [['10.0.0.5']])],
};

async function trace(
  mesh: TracedMesh,
  asked: Parameters<typeof question>[0] = {},
  more: EnvoyDump = {},
): Promise<Trace> {
  return traceRequest({ ...(await dumpOf(mesh)), ...more }, question(asked), regex);
}

function endOf({ verdict, branches }: Trace): string {
  const [branch] = branches;
  return [verdict, branch?.end.reason, branch?.end.flag].filter((each) => each !== undefined).join(' ');
}

const action = (more: object): readonly object[] => [{ match: { prefix: '/' }, ...more }];
const catchAll = listener('virtualOutbound', '0.0.0.0', 15001, {
  use_original_dst: true,
  filter_chains: [
    chainOf(tcp({ cluster: 'BlackHoleCluster' }), { destination_port: 15001 }, 'blackhole'),
    chainOf(tcp({ cluster: 'PassthroughCluster' }), undefined, 'catchall'),
  ],
});

const ENDS: readonly (readonly [
  what: string,
  mesh: TracedMesh,
  end: string,
  asked?: Parameters<typeof question>[0],
])[] = [
  ['a whole way', WHOLE, 'reaches endpoints'],
  ['no listener', { ...WHOLE, listeners: [] }, 'breaks no_listener'],
  [
    'no listener for the port, where all else is let through',
    { ...WHOLE, listeners: [catchAll] },
    'leaves passthrough',
  ],
  ['no section of listeners', { clusters: [] }, 'unknown not_in_dump'],
  ['no such routes', { ...WHOLE, routes: [] }, 'breaks no_route_config NR'],
  ['no section of routes', { listeners: [httpListener(80, '80')] }, 'unknown not_in_dump'],
  ['scoped routes', { ...WHOLE, listeners: [httpListener(80, '')] }, 'unknown not_in_dump'],
  ['no virtual host', { ...WHOLE, routes: [hosting([routeTo(V1)], ['other'])] }, 'breaks no_virtual_host NR'],
  ['no route', { ...WHOLE, routes: [hosting([routeTo(V1, { prefix: '/x' })])] }, 'breaks no_route NR'],
  ['a virtual host without routes', { ...WHOLE, routes: [hosting([])] }, 'breaks no_route NR'],
  [
    'a pattern that cannot be read',
    { ...WHOLE, routes: [hosting([routeTo(V1, { safe_regex: { regex: 'x' } })])] },
    'unknown undecided',
  ],
  ['no cluster', { ...WHOLE, routes: [hosting([routeTo('outbound|80||x.y')])] }, 'breaks no_cluster NC'],
  ['no subset', { ...WHOLE, clusters: [cluster(V2)] }, 'breaks no_subset NC'],
  ['a cluster that waits', { ...WHOLE, clusters: [], warming: [cluster(V1)] }, 'breaks cluster_warming NC'],
  [
    'no section of clusters',
    { listeners: [httpListener(80, '80')], routes: [hosting([routeTo(V1)])] },
    'unknown not_in_dump',
  ],
  [
    'nothing known of endpoints',
    { listeners: WHOLE.listeners!, routes: WHOLE.routes!, clusters: [cluster(V1)] },
    'unknown not_in_dump',
  ],
  ['no endpoints', { ...WHOLE, endpoints: [endpoints(V1, [])] }, 'breaks no_endpoints UH'],
  ['endpoints that were not sent', { ...WHOLE, endpoints: [] }, 'breaks no_endpoints UH'],
  [
    'unhealthy endpoints',
    {
      ...WHOLE,
      endpoints: [
        endpoints(V1, [
          ['10.0.0.5', 'UNHEALTHY'],
          ['10.0.0.6', 'DRAINING'],
        ]),
      ],
    },
    'breaks all_unhealthy UH',
  ],
  [
    'some healthy endpoints',
    { ...WHOLE, endpoints: [endpoints(V1, [['10.0.0.5', 'UNHEALTHY'], ['10.0.0.6']])] },
    'reaches endpoints',
  ],
  [
    'unhealthy endpoints and a panic threshold',
    { ...WHOLE, clusters: [{ name: V1, type: 'EDS' }], endpoints: [endpoints(V1, [['10.0.0.5', 'UNHEALTHY']])] },
    'reaches panic',
  ],
  [
    'endpoints under another name',
    {
      ...WHOLE,
      clusters: [cluster(V1, { eds_cluster_config: { service_name: 'other' } })],
      endpoints: [endpoints('other', [['10.0.0.5']])],
    },
    'reaches endpoints',
  ],
  ['the black hole', { ...WHOLE, routes: [hosting([routeTo('BlackHoleCluster')])] }, 'breaks black_hole UH'],
  ['past the mesh', { ...WHOLE, routes: [hosting([routeTo('PassthroughCluster')], ['*'])] }, 'leaves passthrough'],
  ['a redirect', { ...WHOLE, routes: [hosting(action({ redirect: { https_redirect: true } }))] }, 'answers redirect'],
  [
    'an answer',
    { ...WHOLE, routes: [hosting(action({ direct_response: { status: 200 } }))] },
    'answers direct_response',
  ],
  [
    'an answer that is an error',
    { ...WHOLE, routes: [hosting(action({ direct_response: { status: 502 }, name: 'block_all' }))] },
    'breaks direct_response',
  ],
  ['no action', { ...WHOLE, routes: [hosting(action({ filter_action: {} }))] }, 'unknown undecided'],
  [
    'weights of nothing',
    { ...WHOLE, routes: [hosting(action({ route: { weighted_clusters: { clusters: [{ name: V1, weight: 0 }] } } }))] },
    'breaks no_cluster NC',
  ],
  [
    'a cluster by header that is not sent',
    { ...WHOLE, routes: [hosting(action({ route: { cluster_header: 'X-To' } }))] },
    'breaks no_cluster NC',
  ],
  [
    'a cluster by header',
    { ...WHOLE, routes: [hosting(action({ route: { cluster_header: 'X-To' } }))] },
    'reaches endpoints',
    { headers: { 'x-to': V1 } },
  ],
  [
    'other filters',
    { ...WHOLE, listeners: [listener('a', '0.0.0.0', 80, { filter_chains: [chainOf({ name: 'mongo' })] })] },
    'unknown not_in_dump',
  ],
  [
    'the original destination',
    { ...WHOLE, clusters: [{ name: V1, type: 'ORIGINAL_DST' }] },
    'reaches original_destination',
  ],
  [
    'no filter chain',
    {
      ...WHOLE,
      listeners: [
        listener('a', '0.0.0.0', 80, { filter_chains: [chainOf(tcp({ cluster: V1 }), { server_names: ['x'] })] }),
      ],
    },
    'breaks no_filter_chain NR',
  ],
  [
    'TCP',
    { ...WHOLE, listeners: [listener('a', '0.0.0.0', 80, { filter_chains: [chainOf(tcp({ cluster: V1 }))] })] },
    'reaches endpoints',
    { protocol: 'tcp' },
  ],
];
for (const [what, mesh, end, asked] of ENDS) {
  test(`${what}: ${end}`, async () => {
    assert.equal(endOf(await trace(mesh, asked)), end);
  });
}

describe('the listener', () => {
  const own = listener('10.1.1.1_80', '10.1.1.1', 80, { filter_chains: [chainOf(tcp({ cluster: V1 }))] });
  const other = listener('10.2.2.2_80', '10.2.2.2', 80, { filter_chains: [chainOf(tcp({ cluster: V2 }))] });
  const mesh = { ...WHOLE, listeners: [httpListener(80, '80'), other, own] };
  const listenerOf = async (
    asked: Parameters<typeof question>[0],
    given: TracedMesh = mesh,
  ): Promise<string | undefined> => (await trace(given, asked)).steps.find(({ kind }) => kind === 'listener')?.name;

  test('on the address that is asked for comes first', async () => {
    assert.equal(await listenerOf({ host: '10.1.1.1' }), '10.1.1.1_80');
    assert.equal(await listenerOf({ host: '10.3.3.3' }), '0.0.0.0_80');
  });

  test('on an address that stands beside the name comes first', async () => {
    const routes = [hosting([routeTo(V1)], ['cart.shop', '10.2.2.2'])];
    assert.equal(await listenerOf({}, { ...mesh, routes }), '10.2.2.2_80');
  });

  test('that leads to the host comes before one on every address', async () => {
    assert.equal(await listenerOf({ host: 'cart' }), '10.2.2.2_80');
    assert.equal(await listenerOf({ host: 'cart.shop.svc' }), '10.2.2.2_80');
    assert.equal(await listenerOf({ host: 'else.shop' }), '0.0.0.0_80');
  });

  test('of a gateway is asked by the port of its pod', async () => {
    const { branches } = await trace({ ...WHOLE, listeners: [httpListener(8080, '80')], type: 'router' });
    assert.match(branches[0]?.end.summary ?? '', /only on 8080\. A gateway is asked by the port of its pod/);
  });
});

describe('inbound', () => {
  const inbound = listener('virtualInbound', '0.0.0.0', 15006, {
    traffic_direction: 'INBOUND',
    filter_chains: [
      chainOf(
        http({
          route_config: {
            name: 'inbound|80||',
            virtual_hosts: [{ name: 'in', domains: ['*'], routes: [routeTo('inbound|80||')] }],
          },
        }),
        { destination_port: 80, transport_protocol: 'tls' },
        'app',
      ),
    ],
  });
  const mesh = {
    ...WHOLE,
    listeners: [httpListener(80, '80'), inbound],
    clusters: [{ name: 'inbound|80||', type: 'ORIGINAL_DST' }],
  };

  test('mTLS reaches the application', async () => {
    const found = await trace(mesh, { direction: 'inbound', protocol: 'mtls' });
    assert.equal(endOf(found), 'reaches original_destination');
    assert.equal(found.steps[0]?.name, 'virtualInbound');
  });

  test('plaintext does not, where the port is strict', async () => {
    const found = await trace(mesh, { direction: 'inbound' });
    assert.equal(endOf(found), 'breaks no_filter_chain NR');
    assert.match(found.branches[0]?.end.summary ?? '', /STRICT/);
  });
});

describe('weights', () => {
  const weighted = (one: number, other: number): TracedMesh => ({
    ...WHOLE,
    routes: [
      hosting(
        action({
          route: {
            weighted_clusters: {
              clusters: [
                { name: V1, weight: one },
                { name: V2, weight: other },
              ],
            },
          },
        }),
      ),
    ],
  });

  test('are followed each to its end, and one that breaks breaks it', async () => {
    const { verdict, branches } = await trace(weighted(90, 10));
    assert.equal(verdict, 'breaks');
    assert.deepEqual(
      branches.map(({ share, end }) => [share, end.reason]),
      [
        [0.9, 'endpoints'],
        [0.1, 'no_endpoints'],
      ],
    );
  });

  test('of 0 break nothing', async () => {
    assert.equal((await trace(weighted(100, 0))).verdict, 'reaches');
  });
});

describe('what /clusters tells', () => {
  const host = (address: string, flags: object): object => ({
    address: { socket_address: { address, port_value: 80 } },
    health_status: { eds_health_status: 'HEALTHY', ...flags },
  });
  const cases: readonly (readonly [hosts: readonly object[], end: string])[] = [
    [[host('10.0.0.5', { failed_outlier_check: true })], 'breaks all_ejected UH'],
    [
      [host('10.0.0.5', { failed_outlier_check: true }), host('10.0.0.6', { failed_active_health_check: true })],
      'breaks all_unhealthy UH',
    ],
    [[host('10.0.0.5', { failed_outlier_check: true }), host('10.0.0.6', {})], 'reaches endpoints'],
    [[], 'breaks no_endpoints UH'],
  ];
  for (const [hosts, end] of cases) {
    test(`counts before the dump: ${end}`, async () => {
      const more = await readDumpValue({ cluster_statuses: [{ name: V1, host_statuses: hosts }] });
      assert.equal(endOf(await trace(WHOLE, {}, more)), end);
    });
  }
});

test('a command to copy holds no name that a shell would run', async () => {
  const name = 'outbound|80||$(reboot).a';
  const found = await trace({ ...WHOLE, routes: [hosting([routeTo(name)])], clusters: [cluster(name)], endpoints: [] });
  assert.equal(found.branches[0]?.end.reason, 'no_endpoints');
  assert.equal(found.branches[0]?.end.next, undefined);
});

test('whatever a dump says, a request ends somewhere', async () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const mesh = JSON.stringify({ ...WHOLE, warming: [] });
  await fc.assert(
    fc.asyncProperty(fc.nat(), value, async (at, by) => {
      const keys = [...mesh.matchAll(/"(\w+)":/g)].map(([, key]) => key);
      const key = keys[at % keys.length];
      const broken = JSON.parse(mesh, (name, each: unknown) => (name === key ? by : each)) as TracedMesh;
      const sections = Object.values(broken).every(Array.isArray);
      const dump = sections ? await dumpOf(broken).catch(() => undefined) : undefined;
      fc.pre(dump !== undefined);
      const { branches, verdict } = traceRequest(dump ?? {}, question(), regex);
      assert.ok(branches.length > 0 && verdict.length > 0);
    }),
    { numRuns: 200 },
  );
  const empty = await readDumpText('{"configs":[{"@type":"a.v3.X"}]}');
  assert.equal(traceRequest(empty, question(), regex).verdict, 'unknown');
});

describe('nothing listens for the host', () => {
  const other = tcp({ cluster: 'outbound|8080||db.shop.svc.cluster.local' });
  const bound = listener('10.0.0.9_8080', '10.0.0.9', 8080, { filter_chains: [chainOf(other)] });
  const inbound = listener('own', '10.0.0.7', 8080, {
    traffic_direction: 'INBOUND',
    filter_chains: [chainOf(tcp({ cluster: V1 }))],
  });
  const CASES: readonly (readonly [about: string, mesh: TracedMesh, summary: string])[] = [
    [
      'on another address of that port',
      { ...WHOLE, listeners: [bound] },
      'On port 8080 only 10.0.0.9 (10.0.0.9_8080) listens, and nothing shows that cart.shop is there.',
    ],
    [
      'on that port for inbound connections',
      { ...WHOLE, listeners: [inbound] },
      'On port 8080 only 10.0.0.7 (own) listens, which takes inbound connections alone.',
    ],
    ['on other ports', WHOLE, 'Nothing listens on port 8080, only on 80.'],
  ];
  for (const [about, mesh, summary] of CASES) {
    test(`but something does ${about}`, async () => {
      const [branch] = (await trace(mesh, { host: 'cart.shop', port: 8080 })).branches;
      assert.deepEqual([branch?.end.reason, branch?.end.summary], ['no_listener', summary]);
    });
  }
});
