import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import type { InjectionWebhook } from '../../src/model/injection.ts';
import { inMesh } from '../../src/rungs/in-mesh/rung.ts';
import { answer, connection, fresh, objects, pod, polledMesh, REFUSED, sync } from '../support/mesh.ts';
import { rungText } from '../support/rung-text.ts';

const INJECTOR: InjectionWebhook = {
  configuration: 'istio-sidecar-injector',
  name: 'namespace.sidecar-injector.istio.io',
  revision: 'default',
  createdAt: epochSeconds(1),
  namespaceSelector: { matchLabels: { 'istio-injection': 'enabled' } },
  objectSelector: {},
};

function bare(name: string): ReturnType<typeof pod> {
  const { proxy: _, ...rest } = pod('shop', name, { annotations: {}, createdAt: epochSeconds(5) });
  return rest;
}

describe('membership', () => {
  test('is told under the cluster that the proxies of our pods name, as all that is told of them', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'a')]);
    mesh.poll(90, [answer([{ ...connection('shop', 'a', { cds: sync('x') }), cluster: 'east' }])]);
    const clusters = rungText(inMesh, mesh.snapshot, 'pods').map((line) => /mesh_cluster="([^"]*)"/.exec(line)?.[1]);
    assert.deepEqual([...new Set(clusters)], ['east']);
  });

  test('every way of being in the mesh, zeros included, for each namespace with pods', () => {
    const mesh = polledMesh();
    mesh.setPods([
      pod('shop', 'a'),
      pod('shop', 'b'),
      pod('shop', 'n', { proxy: { native: true, running: true, restarts: 0 } }),
      bare('c'),
      { ...bare('done'), phase: 'Succeeded' },
      pod('shop', 'leaving', { terminating: true }),
    ]);
    assert.deepEqual(rungText(inMesh, mesh.snapshot), [
      'pods{pod_namespace="shop",mesh="sidecar"} 2',
      'pods{pod_namespace="shop",mesh="native_sidecar"} 1',
      'pods{pod_namespace="shop",mesh="gateway"} 0',
      'pods{pod_namespace="shop",mesh="waypoint"} 0',
      'pods{pod_namespace="shop",mesh="ztunnel"} 0',
      'pods{pod_namespace="shop",mesh="ambient"} 0',
      'pods{pod_namespace="shop",mesh="ambient_pending"} 0',
      'pods{pod_namespace="shop",mesh="none"} 1',
    ]);
  });

  test('without Kubernetes, or after a long silence of it, nothing', () => {
    const mesh = polledMesh();
    assert.deepEqual(rungText(inMesh, mesh.snapshot), []);
    mesh.setCluster({ pods: { state: 'failed', error: REFUSED } });
    assert.deepEqual(rungText(inMesh, mesh.snapshot), []);
    mesh.setCluster({ pods: { state: 'stale', at: epochSeconds(0), value: objects([pod('a', 'b')]), error: REFUSED } });
    assert.equal(rungText(inMesh, { ...mesh.snapshot, takenAt: epochSeconds(60) }).length, 8);
    assert.deepEqual(rungText(inMesh, { ...mesh.snapshot, takenAt: epochSeconds(61) }), []);
  });
});

describe('injection gaps', () => {
  const enabled = { namespaces: fresh(objects([{ name: 'shop', labels: { 'istio-injection': 'enabled' } }])) };

  test('a pod without its proxy, and why', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'a'), bare('gap'), { ...bare('old'), createdAt: epochSeconds(0) }]);
    mesh.setCluster({ ...enabled, injectors: fresh(new Map([['i', INJECTOR]])) });
    assert.deepEqual(rungText(inMesh, mesh.snapshot, 'pod_not_injected'), [
      'pod_not_injected{pod_namespace="shop",pod_name="gap",reason="webhook_did_not_run"} 1',
      'pod_not_injected{pod_namespace="shop",pod_name="old",reason="pod_older_than_injector"} 1',
    ]);
  });

  test('an injector that is not there', () => {
    const mesh = polledMesh();
    mesh.setPods([bare('gap')]);
    mesh.setCluster({ ...enabled, injectors: fresh(new Map()) });
    assert.deepEqual(rungText(inMesh, mesh.snapshot, 'pod_not_injected'), [
      'pod_not_injected{pod_namespace="shop",pod_name="gap",reason="revision_not_found"} 1',
    ]);
  });

  test('injectors or namespaces that cannot be read accuse nobody', () => {
    const mesh = polledMesh();
    mesh.setPods([bare('gap')]);
    mesh.setCluster(enabled);
    assert.deepEqual(rungText(inMesh, mesh.snapshot, 'pod_not_injected'), []);
    mesh.setCluster({ namespaces: { state: 'failed', error: REFUSED }, injectors: fresh(new Map()) });
    assert.deepEqual(rungText(inMesh, mesh.snapshot, 'pod_not_injected'), []);
  });
});

test('missing proxies, with their workload and type', () => {
  const mesh = polledMesh();
  mesh.setPods([
    pod('shop', 'cart-7d9f8b6c5-x2x4z'),
    pod('shop', 'gw-7d9f8b6c5-x2x4z', { labels: { istio: 'ingressgateway' } }),
    pod('shop', 'fine-7d9f8b6c5-x2x4z'),
  ]);
  const fine = connection('shop', 'fine-7d9f8b6c5-x2x4z', { cds: sync('a') });
  for (const at of [90, 100]) mesh.poll(at, [answer([fine])]);
  assert.deepEqual(rungText(inMesh, mesh.snapshot, 'proxy_missing'), [
    'proxy_missing{proxy_namespace="shop",proxy="cart-7d9f8b6c5-x2x4z",workload="cart",proxy_type="sidecar"} 1',
    'proxy_missing{proxy_namespace="shop",proxy="gw-7d9f8b6c5-x2x4z",workload="gw",proxy_type="router"} 1',
  ]);
});
