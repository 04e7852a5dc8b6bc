import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packingOf } from '../../../src/sources/bundle/archive-entries.ts';
import { roleOf } from '../../../src/sources/bundle/entry-role.ts';
import { createItemCutter } from '../../../src/sources/bundle/item-cutter.ts';
import { readAnalysisText } from '../../../src/sources/bundle/read-analysis-text.ts';
import { readClustersText } from '../../../src/sources/bundle/read-clusters-text.ts';
import { entriesOf, REPORT } from '../../support/bundle.ts';

describe('what a path says', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['cluster/k8s-resources', { kind: 'objects', list: 'resources' }],
    ['bug-report/cluster/k8s-cluster-resources', { kind: 'objects', list: 'cluster_resources' }],
    ['cluster/crs', { kind: 'objects', list: 'custom_resources' }],
    ['cluster/secrets', undefined],
    ['cluster/events', undefined],
    [
      'istio/istio-system/istiod-1/debug/syncz',
      { kind: 'syncz', pod: { namespace: 'istio-system', name: 'istiod-1' } },
    ],
    ['istio/istio-system/istiod-1/discovery.log', undefined],
    ['proxies/shop/cart/istio-proxy.log', { kind: 'proxy_log', pod: { namespace: 'shop', name: 'cart' } }],
    [
      'proxies/shop/cart/config_dump?include_eds',
      { kind: 'envoy', part: 'config_dump', pod: { namespace: 'shop', name: 'cart' } },
    ],
    ['proxies/shop/cart/clusters', { kind: 'envoy', part: 'clusters', pod: { namespace: 'shop', name: 'cart' } }],
    ['proxies/shop/cart/server_info', undefined],
    ['analyze/allNamespaces/allNamespaces', { kind: 'analysis' }],
    ['versions', { kind: 'versions' }],
    ['bug-report.log', undefined],
    ['syncz.json', { kind: 'syncz', pod: { namespace: '', name: 'syncz.json' } }],
    ['a/istiod-1.syncz.json', { kind: 'syncz', pod: { namespace: '', name: 'a/istiod-1.syncz.json' } }],
    [
      'cart-1.shop/config_dump.include_eds.json',
      { kind: 'envoy', part: 'config_dump', pod: { namespace: 'shop', name: 'cart-1' } },
    ],
    ['config_dump.json', { kind: 'envoy', part: 'config_dump' }],
    ['cart-1.shop/clusters.json', { kind: 'envoy', part: 'clusters', pod: { namespace: 'shop', name: 'cart-1' } }],
    ['cart-1.shop.log', { kind: 'proxy_log', pod: { namespace: 'shop', name: 'cart-1' } }],
    ['cart-1.istio-proxy.log', { kind: 'proxy_log', pod: { namespace: '', name: 'cart-1' } }],
    ['shop_cart-1_0b2c/istio-proxy/0.log', { kind: 'proxy_log', pod: { namespace: 'shop', name: 'cart-1' } }],
    ['pods.yaml', { kind: 'objects' }],
    ['README.md', undefined],
    ['istiod-7d4b9c6f8d-v5xnt.log', undefined],
    ['logs/discovery.log', undefined],
  ];
  for (const [path, role] of cases) test(path, () => assert.deepEqual(roleOf(path), role));
});

test('how a file is packed shows in its first bytes', () => {
  const tar = Buffer.alloc(512);
  tar.write('ustar', 257);
  assert.equal(packingOf(tar), 'tar');
  assert.equal(packingOf(Buffer.from([0x1f, 0x8b, 8])), 'gzip');
  assert.equal(packingOf(Buffer.from('PK')), 'other');
  assert.equal(packingOf(Buffer.alloc(0)), 'other');
});

describe('/clusters as text', () => {
  const CLUSTER = 'outbound|80|v1|cart.shop.svc.cluster.local';
  const cases: readonly (readonly [string, string, object])[] = [
    ['10.0.0.1:80', 'healthy', { address: '10.0.0.1', port: 80, verdict: 'healthy', health: 'HEALTHY', flags: [] }],
    ['[fd00::1]:80', 'healthy', { address: 'fd00::1', port: 80, verdict: 'healthy' }],
    ['./var/run/secrets/sock', 'healthy', { address: './var/run/secrets/sock', port: undefined, verdict: 'healthy' }],
    ['10.0.0.1:80', '/failed_outlier_check', { verdict: 'ejected', flags: ['failed_outlier_check'] }],
    [
      '10.0.0.1:80',
      '/failed_active_hc/active_hc_timeout',
      { verdict: 'unhealthy', flags: ['failed_active_health_check', 'active_hc_timeout'] },
    ],
    ['10.0.0.1:80', '/failed_eds_health', { verdict: 'unhealthy', health: 'UNHEALTHY', flags: [] }],
    ['10.0.0.1:80', '/eds_status_draining', { verdict: 'unhealthy', health: 'DRAINING' }],
    ['10.0.0.1:80', '/degraded_eds_health', { verdict: 'healthy', health: 'DEGRADED' }],
  ];
  for (const [address, flags, expected] of cases) {
    test(`${address} ${flags}`, () => {
      const text = `${CLUSTER}::observability_name::${CLUSTER};\n${CLUSTER}::${address}::cx_active::0\n${CLUSTER}::${address}::health_flags::${flags}\n`;
      const [status, ...others] = readClustersText(text) ?? [];
      assert.deepEqual([status?.name, others.length, status?.hosts.length], [CLUSTER, 0, 1]);
      assert.deepEqual({ ...status?.hosts[0], ...expected }, status?.hosts[0]);
    });
  }

  test('what stands beside the flags is read as JSON has it', () => {
    const at = `${CLUSTER}::10.0.0.1:80::`;
    const text = [
      `${CLUSTER}::added_via_api::true`,
      ...['health_flags::healthy', 'weight::3', 'region::eu', 'zone::a', 'sub_zone::', 'priority::1'].map(
        (each) => at + each,
      ),
    ].join('\n');
    const [host] = readClustersText(text)?.[0]?.hosts ?? [];
    assert.deepEqual([host?.weight, host?.priority, host?.locality], [3, 1, 'eu/a']);
  });

  test('a real one has the hosts that its dump has', async () => {
    const entries = await entriesOf(REPORT);
    const pod = 'proxies/payment/checkout-v1-5c7d8e9f6b-qw4rt';
    const text = entries.find(({ path }) => path === `${pod}/clusters`)?.text ?? assert.fail();
    const dump = entries.find(({ path }) => path.startsWith(`${pod}/config_dump`))?.text ?? assert.fail();
    const statuses = readClustersText(text) ?? assert.fail();
    const assigned = [...dump.matchAll(/"address": "(10\.44\.[\d.]+)",\n\s*"port_value": (\d+)/g)].map(
      ([, ip, port]) => `${ip}:${port}`,
    );
    const told = new Set(statuses.flatMap(({ hosts }) => hosts.map(({ address, port }) => `${address}:${port}`)));
    for (const each of told)
      if (each.startsWith('10.44.') && !each.startsWith('10.44.0.23')) assert.ok(assigned.includes(each), each);
    assert.equal(
      statuses.filter(({ hosts }) => hosts.length === 0).some(({ name }) => name.includes('ghost')),
      true,
    );
  });

  test('anything else is not taken for it', () => {
    for (const text of ['', 'hello', '{"cluster_statuses": []}', 'a::b::c'])
      assert.equal(readClustersText(text), undefined);
  });
});

test('what istioctl analyze says is read line by line, and nothing else is', () => {
  const text = [
    'Warning [IST0133] (AuthorizationPolicy payment/deny) Schema validation warning: x (y)',
    'Info [IST0102] (Namespace default) The namespace is not enabled.',
    'Error [IST0101] (VirtualService shop/cart cart.yaml:12) Referenced host not found: "a"',
    '✔ No validation issues found',
    'Warning [IST01] (Pod a/b) no code',
    '',
  ].join('\n');
  assert.deepEqual(
    readAnalysisText(text).map(({ code, level, object }) => [code, level, object.kind, object.namespace, object.name]),
    [
      ['IST0133', 'Warning', 'AuthorizationPolicy', 'payment', 'deny'],
      ['IST0102', 'Info', 'Namespace', '', 'default'],
      ['IST0101', 'Error', 'VirtualService', 'shop', 'cart'],
    ],
  );
});

describe('items of a list', () => {
  function cut(text: string) {
    const items: string[] = [];
    const wholes: string[] = [];
    const cutter = createItemCutter({ item: (each) => items.push(each), whole: (each) => wholes.push(each) });
    for (const line of text.split('\n')) cutter.push(line);
    cutter.end();
    return { items, wholes };
  }
  const cases: readonly (readonly [string, string, { items: readonly string[]; wholes: number }])[] = [
    [
      'a list',
      'apiVersion: v1\nitems:\n- kind: A\n  x:\n  - 1\n- kind: B\nkind: List\nmetadata: {}',
      { items: ['kind: A\nx:\n- 1', 'kind: B'], wholes: 0 },
    ],
    [
      'text with an empty line in it',
      'apiVersion: v1\nitems:\n- kind: A\n  t: |\n    one\n\n    - two\nkind: List',
      { items: ['kind: A\nt: |\n  one\n\n  - two'], wholes: 0 },
    ],
    ['an empty list', 'apiVersion: v1\nitems: []\nkind: List', { items: [], wholes: 1 }],
    ['one object', 'apiVersion: v1\nkind: Pod', { items: [], wholes: 1 }],
    ['JSON', '{"kind": "List", "items": []}', { items: [], wholes: 1 }],
    [
      'a list that is indented',
      'apiVersion: v1\nitems:\n  - kind: A\n  - kind: B\nkind: List',
      { items: [], wholes: 1 },
    ],
    ['nothing', '\n\n', { items: [], wholes: 0 }],
  ];
  for (const [name, text, { items, wholes }] of cases) {
    test(name, () => {
      const found = cut(text);
      assert.deepEqual(found.items, items);
      assert.equal(found.wholes.length, wholes);
    });
  }
  test('a second document behind the list is told, not lost', () => {
    assert.throws(() => cut('apiVersion: v1\nitems:\n- kind: A\nkind: List\n---\nkind: B'), /another document/);
  });
});
