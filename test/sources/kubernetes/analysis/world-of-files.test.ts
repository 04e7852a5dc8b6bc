import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../../../src/model/brand.ts';
import { known } from '../../../../src/model/observed.ts';
import { worldOfFiles } from '../../../../src/sources/kubernetes/analysis/world-of-files.ts';

const AT = epochSeconds(1_790_000_000);

function read(...texts: readonly string[]) {
  const files = texts.map((text, at) => ({ name: `${at}.yaml`, text }));
  return worldOfFiles(files, { at: AT, namespace: 'shop' });
}

const vs = (name: string, more = ''): string =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: ${name}${more}}\nspec: {hosts: [${name}]}\n`;

describe('a world of files', () => {
  test('has an object where its file puts it, and the youngest where it says no time', () => {
    const { world } = read(`${vs('a')}---\n${vs('b', ', namespace: blog, creationTimestamp: "2020-01-01T00:00:00Z"')}`);
    const objects = known(world.cluster.config['virtualservices.networking.istio.io'] ?? { state: 'pending' });
    assert.deepEqual([...(objects?.keys() ?? [])], ['shop/a', 'blog/b']);
    assert.equal(objects?.get('shop/a')?.createdAt, AT);
    assert.ok((objects?.get('blog/b')?.createdAt ?? AT) < AT);
  });

  test('without what runs does not know what runs', () => {
    const { cluster, secrets, nodes } = read(vs('a')).world;
    assert.deepEqual(
      [cluster.pods.state, cluster.services.state, cluster.namespaces.state],
      ['pending', 'pending', 'pending'],
    );
    assert.deepEqual([secrets, nodes], [undefined, undefined]);
    assert.equal(cluster.deployments.state, 'fresh');
  });

  test('with one Namespace knows that nothing else runs', () => {
    const { cluster, secrets, nodes } = read(
      vs('a'),
      '{apiVersion: v1, kind: Namespace, metadata: {name: shop}}',
    ).world;
    assert.deepEqual(
      [cluster.pods.state, cluster.services.state, cluster.namespaces.state],
      ['fresh', 'fresh', 'fresh'],
    );
    assert.deepEqual([secrets?.size, nodes?.size], [0, 0]);
  });

  test('takes lists apart, of whatever kind', () => {
    const { world } = read(
      '{apiVersion: v1, kind: ServiceList, items: [{metadata: {name: a, namespace: x}, spec: {ports: []}}]}',
      `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"n"}}]}`,
    );
    assert.deepEqual([...(known(world.cluster.services)?.keys() ?? [])], ['x/a']);
    assert.deepEqual([...(world.nodes?.keys() ?? [])], ['n']);
  });

  test('says what it replaced and what it left out', () => {
    const { notes, objects } = read(vs('a'), vs('a'), '{apiVersion: v1, kind: Widget, metadata: {name: w}}');
    assert.equal(objects, 3);
    assert.deepEqual(notes, [
      'VirtualService shop/a of 1.yaml replaces that of 0.yaml',
      'not looked at: 1 of kind Widget',
    ]);
  });

  test('two kinds of one name are two objects', () => {
    const istio = '{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: g}}';
    const kubernetes = '{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: g}}';
    assert.deepEqual(read(istio, kubernetes).notes, []);
  });

  test('names file and line of what is no YAML, and reads the rest', () => {
    const { problems, world } = read('a: b\n c: [\n', vs('a'));
    assert.match(problems.join(), /^0\.yaml: .*line \d/);
    assert.equal(known(world.cluster.config['virtualservices.networking.istio.io'] ?? { state: 'pending' })?.size, 1);
  });

  test('keeps of a Secret what it has, and none of it', () => {
    const { world } = read(
      '{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {tls.crt: eA==, tls.key: c2VjcmV0}}',
    );
    assert.deepEqual(world.secrets?.get('shop/s'), {
      namespace: 'shop',
      name: 's',
      labels: {},
      keys: ['tls.crt', 'tls.key'],
      certificate: { state: 'unreadable' },
    });
    assert.doesNotMatch(JSON.stringify([...(world.secrets ?? [])]), /secret|c2VjcmV0/);
  });

  test('reads the injector’s values', () => {
    const values = JSON.stringify({
      global: { hub: 'h', tag: 1, proxy: { image: 'p' } },
      sidecarInjectorWebhook: { enableNamespacesByDefault: true },
    });
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'istio-sidecar-injector', namespace: 'istio-system' },
      data: { values },
    };
    const { world } = read(JSON.stringify(configMap));
    assert.deepEqual(
      [...(world.injectorValues?.values() ?? [])],
      [
        {
          namespace: 'istio-system',
          name: 'istio-sidecar-injector',
          enableNamespacesByDefault: true,
          proxyImage: 'h/p:1',
        },
      ],
    );
  });

  test('values that are no JSON say nothing', () => {
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'istio-sidecar-injector' },
      data: { values: '{' },
    };
    assert.equal([...(read(JSON.stringify(configMap)).world.injectorValues?.values() ?? [])][0]?.proxyImage, undefined);
  });
});
