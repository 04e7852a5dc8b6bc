import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import type { ClusterObjects } from '../../src/model/cluster.ts';
import { advanceFindings } from '../../src/model/findings-since.ts';
import type { MeshSnapshot } from '../../src/model/snapshot.ts';
import { SOURCE_ERROR_CODES, type SourceErrorCode } from '../../src/model/source-error.ts';
import type { ConfigObject } from '../../src/model/workload.ts';
import { LADDER } from '../../src/rungs/index.ts';
import { answer, connection, fresh, objects, pod, polledMesh, sync } from '../support/mesh.ts';
import { service } from '../support/service.ts';

const CONFIG: ClusterObjects['config'] = {
  'telemetries.telemetry.istio.io': fresh(new Map()),
  ...configOf('virtualservices.networking.istio.io', {
    hosts: ['a'],
    http: [{ route: [{ destination: { host: 'a' } }] }],
  }),
  ...configOf('destinationrules.networking.istio.io', { host: 'a', trafficPolicy: { tls: { mode: 'DISABLE' } } }),
  ...configOf('peerauthentications.security.istio.io', { mtls: { mode: 'STRICT' } }),
  ...configOf('authorizationpolicies.security.istio.io', { action: 'DENY', rules: [{}] }),
};

/** One object of this kind in the namespace `shop`. */
function configOf(kind: string, spec: ConfigObject['spec']): ClusterObjects['config'] {
  const named = { apiVersion: '', kind: '', namespace: 'shop', name: 'all', labels: {}, annotations: {} };
  return { [kind]: fresh(objects([{ ...named, createdAt: epochSeconds(1), spec }])) };
}

/** A snapshot in which every source has something to say. */
function fullSnapshot(): MeshSnapshot {
  const mesh = polledMesh();
  mesh.setCluster({
    pods: fresh(
      objects([
        pod('shop', 'a', { labels: { app: 'a' } }),
        pod('shop', 'gone'),
        pod('istio-system', 'istiod-1', { labels: { app: 'istiod' } }),
      ]),
    ),
    namespaces: fresh(objects([{ name: 'shop', labels: { 'istio-injection': 'enabled' } }])),
    networkPolicies: fresh(
      objects([
        { namespace: 'shop', name: 'deny', podSelector: {}, policyTypes: ['Egress'], changedAt: epochSeconds(1) },
      ] as const),
    ),
    injectors: fresh(new Map()),
    meshConfigs: fresh(objects([{ namespace: 'istio-system', name: 'istio', revision: 'default', raw: {} }])),
    services: fresh(
      objects([
        { ...service('shop', 'a', ['10.96.0.1']), selector: { app: 'a' }, ports: [{ port: 80, protocol: 'TCP' }] },
      ]),
    ),
    endpointSlices: fresh(new Map()),
    config: CONFIG,
  });
  for (const at of [90, 100]) {
    mesh.poll(at, [answer([connection('shop', 'a', { cds: sync('x>y'), lds: sync('x>y', 5, 'no') })])]);
  }
  const shape = {
    proxyNamespace: 'shop',
    workload: 'a',
    direction: 'outbound',
    destination: 'b',
    subset: '',
    route: '',
    responseCode: 503,
    flags: ['UF'],
    details: 'x',
    denial: { policyNamespace: 'shop', policy: 'all', rule: '0' },
  } as const;
  const errors = Object.fromEntries(SOURCE_ERROR_CODES.map((code) => [code, 0])) as Record<SourceErrorCode, number>;
  const object = { namespace: 'shop', name: 'all' };
  const weights = [{ object, route: '', destination: 'a.shop.svc.cluster.local', subset: '', ratio: 1 }];
  const settled = { clusters: epochSeconds(1) };
  const told = { kin: '', settled, fingerprints: { clusters: 'x' }, differences: { clusters: [] } };
  const verboseLoggers = [{ name: 'rbac', level: 'debug' }];
  const look = { namespace: 'shop', name: 'a', workload: 'a', at: epochSeconds(95), weights, verboseLoggers, ...told };
  const found = { code: 'IST0101', level: 'Error', object: { kind: 'Gateway', ...object }, text: 'x' } as const;
  const unknown = [{ codes: ['IST0161'], why: 'Secrets are not read' }];
  return {
    ...mesh.snapshot,
    analysis: fresh({ findings: [found], suppressed: [], unknown }),
    findingsSince: advanceFindings(new Map(), [found], epochSeconds(90)),
    inspections: fresh({
      proxies: new Map([
        ['shop/a', look],
        ['shop/a-2', { ...look, name: 'a-2' }],
      ]),
      failed: new Map(),
    }),
    verboseSince: new Map(),
    goneRequests: {
      counts: [{ proxyNamespace: 'shop', workload: 'a', destination: 'b', count: 1 }],
      lately: [],
      untold: 0,
      hosts: [],
      unlisted: new Map(),
    },
    sources: [{ source: 'istiod', up: true, lastSuccessAt: epochSeconds(99), polls: 2, errors }],
    traffic: fresh({
      requests: [{ shape, count: 3 }],
      proxyLogs: [{ proxyNamespace: 'shop', workload: 'a', level: 'warning', count: 1 }],
      xdsStreamFailures: [{ proxyNamespace: 'shop', workload: 'a', reason: 'x', count: 1 }],
      intake: [
        {
          source: 'files',
          lines: { access: 3, unparsed: 0, proxy_log: 1, other: 0, dropped: 0 },
          skippedBytes: 0,
          newestLineAt: epochSeconds(98),
        },
      ],
    }),
  };
}

/** The snapshot, and the set of fields that were asked of it. */
function recording(snapshot: MeshSnapshot): { readonly snapshot: MeshSnapshot; readonly touched: Set<string> } {
  const touched = new Set<string>();
  const proxy = new Proxy(snapshot, {
    get(target, field, receiver) {
      touched.add(String(field));
      return Reflect.get(target, field, receiver) as unknown;
    },
  });
  return { snapshot: proxy, touched };
}

const FREE = ['settings', 'takenAt'];

describe('each rung reads what it says it reads', () => {
  for (const rung of LADDER) {
    test(rung.id, () => {
      const { snapshot, touched } = recording(fullSnapshot());
      rung.evaluate(snapshot);
      for (const field of FREE) touched.delete(field);
      assert.deepEqual([...touched].sort(), [...rung.reads].sort());
    });
  }
});

describe('a mesh in which everything is wrong', () => {
  test('makes every family speak, but those of old istiods', () => {
    const silent = LADDER.flatMap((rung) => {
      const samples = rung.evaluate(fullSnapshot());
      return Object.entries(rung.families).flatMap(([key, { name }]) =>
        (samples[key] ?? []).length === 0 ? [name] : [],
      );
    });
    assert.deepEqual(silent, ['meshladder_pod_not_injected', 'meshladder_proxy_endpoint_acked_ratio']);
  });

  test('and evaluating changes nothing: the same snapshot gives the same samples', () => {
    const snapshot = fullSnapshot();
    for (const rung of LADDER) assert.deepEqual(rung.evaluate(snapshot), rung.evaluate(snapshot));
  });
});
