import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../../src/model/brand.ts';
import { known } from '../../../src/model/observed.ts';
import { clusterOfFiles, type FilesCluster } from '../../../src/sources/kubernetes/files-cluster.ts';
import { readObjects } from '../../../src/sources/kubernetes/object-files.ts';

function read(...texts: readonly string[]): ReturnType<typeof readObjects> {
  return readObjects(texts.map((text, nth) => ({ name: `f${nth}`, text })));
}

function gather(...texts: readonly string[]): FilesCluster {
  return clusterOfFiles(read(...texts).objects, { namespace: 'home', at: epochSeconds(7) });
}

const names = (...texts: readonly string[]): readonly unknown[] => read(...texts).objects.map(({ raw }) => raw['kind']);

describe('files of objects', () => {
  test('several documents, empty ones, comments, JSON', () => {
    assert.deepEqual(names('kind: A\n---\n# nothing\n---\nkind: B\n---\n', '', '{"kind": "C"}', '---\n'), [
      'A',
      'B',
      'C',
    ]);
  });

  test('lists are taken apart, and tell what their items are', () => {
    const podList =
      '{"kind": "PodList", "apiVersion": "v1", "items": [{"metadata": {"name": "a"}}, {"kind": "Own"}, 3]}';
    assert.deepEqual(
      read(podList).objects.map(({ raw }) => [raw['kind'], raw['apiVersion']]),
      [
        ['Pod', 'v1'],
        ['Own', 'v1'],
      ],
    );
    assert.deepEqual(names('kind: List\nitems: [{kind: A}, {kind: List, items: [{kind: B}]}]'), ['A', 'B']);
    assert.deepEqual(names('kind: WhiteList'), ['WhiteList']);
  });

  const broken: readonly (readonly [about: string, text: string, said: RegExp])[] = [
    ['no YAML', 'a: [', /^f0: .*line 1/],
    ['a key twice', 'a: 1\na: 2', /^f0: Map keys must be unique at line 2/],
    ['a list', '- a', /^f0: a document that is no object/],
    ['a word', 'hello', /^f0: a document that is no object/],
    ['brackets without end', '['.repeat(20_000), /^f0: /],
    ['too many aliases', `a: &a x\nb: [${'*a, '.repeat(101)}]`, /^f0: more than 100 aliases/],
  ];
  for (const [about, text, said] of broken) {
    test(`${about}: told, and the next document is read`, () => {
      const { problems, objects } = read(text, 'kind: A');
      assert.match(problems.join('\n'), said);
      assert.deepEqual(
        objects.map(({ raw }) => raw['kind']),
        ['A'],
      );
    });
  }

  test('a bomb of aliases in aliases is told, not blown', () => {
    const levels = Array.from(
      { length: 12 },
      (_, nth) => `l${nth}: &l${nth} [${nth === 0 ? 'x' : `*l${nth - 1}, `.repeat(9)}]`,
    );
    assert.match(read(levels.join('\n')).problems.join(), /more than 100 aliases/);
  });

  test('no text at all stops it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.stringMatching(/^[-:{}[\]&*!|>'"%@`#, \nab]*$/)), (text) => {
        const { objects } = read(text);
        clusterOfFiles(objects, { namespace: 'home', at: epochSeconds(7) });
      }),
      { numRuns: 500 },
    );
  });
});

describe('the cluster of files', () => {
  test('every kind is known, if only as empty', () => {
    const { cluster } = gather('');
    const all = [
      cluster.pods,
      cluster.services,
      cluster.injectors,
      cluster.meshConfigs,
      ...Object.values(cluster.config),
    ];
    assert.ok(all.length > 20);
    for (const each of all) assert.equal(known(each as (typeof cluster)['pods'])?.size, 0);
  });

  test('objects of every reach: a namespace where they have one, none where they have not', () => {
    const { cluster, problems } = gather(
      'apiVersion: v1\nkind: Pod\nmetadata: {name: p}',
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: n, namespace: odd}',
      'apiVersion: security.istio.io/v1beta1\nkind: PeerAuthentication\nmetadata: {name: m, namespace: own}',
      'apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g}\n---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: h}',
      'apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {name: c}',
      'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: np}\nspec: {podSelector: {}}',
    );
    const keys = (kind: string): readonly string[] => [...(known(cluster.config[kind]!)?.keys() ?? [])];
    assert.deepEqual(problems, []);
    assert.deepEqual([...known(cluster.pods)!.keys()], ['home/p']);
    assert.deepEqual([...known(cluster.namespaces)!.keys()], ['n']);
    assert.deepEqual([...known(cluster.networkPolicies)!.keys()], ['home/np']);
    assert.deepEqual(keys('peerauthentications.security.istio.io'), ['own/m']);
    assert.deepEqual(keys('gateways.networking.istio.io'), ['home/g']);
    assert.deepEqual(keys('gateways.gateway.networking.k8s.io'), ['home/h']);
    assert.deepEqual(keys('gatewayclasses.gateway.networking.k8s.io'), ['c']);
  });

  test('of two with one name the later counts; other kinds are left out', () => {
    const pod = (app: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: p, labels: {app: ${app}}}`;
    const { cluster } = gather(pod('a'), pod('b'), 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}', 'kind: Pod');
    assert.deepEqual(
      [...known(cluster.pods)!.values()].map(({ labels }) => labels),
      [{ app: 'b' }],
    );
  });

  test('an object that is none is told, with its file', () => {
    assert.deepEqual(gather('apiVersion: v1\nkind: Pod\nmetadata: {}').problems, ['f0: Pod an object has no name']);
    assert.match(
      gather('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio}\ndata: {mesh: "["}').problems.join(),
      /f0: ConfigMap home\/istio: its mesh key is no YAML/,
    );
  });

  test('webhooks of an injector, one by one', () => {
    const webhook = '{name: rev.namespace.sidecar-injector.istio.io}';
    const { cluster } = gather(
      `apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {name: i}\nwebhooks: [${webhook}]`,
    );
    assert.deepEqual([...known(cluster.injectors)!.keys()], ['i/rev.namespace.sidecar-injector.istio.io']);
  });
});
