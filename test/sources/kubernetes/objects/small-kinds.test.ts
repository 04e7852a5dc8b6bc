import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { epochSecondsFromMs } from '../../../../src/model/brand.ts';
import { mapConfigObject } from '../../../../src/sources/kubernetes/objects/config-objects.ts';
import { mapEndpointSlice } from '../../../../src/sources/kubernetes/objects/endpoint-slices.ts';
import { mapInjectors } from '../../../../src/sources/kubernetes/objects/injectors.ts';
import { mapNamespace } from '../../../../src/sources/kubernetes/objects/namespaces.ts';
import { mapDeployment, mapReplicaSet } from '../../../../src/sources/kubernetes/objects/owners.ts';
import { mapService } from '../../../../src/sources/kubernetes/objects/services.ts';
import { mapRecorded, recordedList } from '../recordings.ts';

const named = (name: string, more: object = {}) => ({
  metadata: { name, namespace: 'ns', creationTimestamp: '2026-11-21T03:00:00Z', ...more },
});

describe('namespaces', () => {
  it('keep name and labels', () => {
    assert.deepEqual(mapRecorded('namespaces', mapNamespace).get('bookinfo'), {
      name: 'bookinfo',
      labels: { 'istio-injection': 'enabled', 'kubernetes.io/metadata.name': 'bookinfo' },
    });
  });
});

describe('services', () => {
  it('keep what routing and names need', () => {
    assert.deepEqual(mapRecorded('services', mapService).get('productpage'), {
      namespace: 'bookinfo',
      name: 'productpage',
      labels: { app: 'productpage' },
      type: 'ClusterIP',
      clusterIps: ['10.96.1.1'],
      selector: { app: 'productpage' },
      ports: [{ name: 'http', port: 9080, protocol: 'TCP', targetPort: 9080 }],
    });
  });

  it('of a recorded mesh can all be read', () => {
    assert.equal(mapRecorded('services', mapService).size, recordedList('services').length);
  });

  const specs = [
    { spec: { clusterIP: 'None', clusterIPs: ['None'] }, clusterIps: [] },
    { spec: { clusterIP: '10.0.0.1' }, clusterIps: ['10.0.0.1'] },
    { spec: { clusterIPs: ['10.0.0.1', 'fd00::1'] }, clusterIps: ['10.0.0.1', 'fd00::1'] },
    { spec: { clusterIP: '' }, clusterIps: [] },
    { spec: undefined, clusterIps: [] },
  ];
  for (const { spec, clusterIps } of specs) {
    it(`of ${JSON.stringify(spec)} have ${clusterIps.length} addresses`, () => {
      assert.deepEqual(mapService({ ...named('s'), spec }).clusterIps, clusterIps);
    });
  }

  it('may be names for elsewhere', () => {
    const service = mapService({ ...named('s'), spec: { type: 'ExternalName', externalName: 'db.example.com' } });
    assert.deepEqual(
      [service.type, service.externalName, service.selector],
      ['ExternalName', 'db.example.com', undefined],
    );
  });

  it('may be for the callers of their own node alone', () => {
    const nodeLocal = (policy: unknown) =>
      mapService({ ...named('s'), spec: { internalTrafficPolicy: policy } }).nodeLocal;
    assert.deepEqual(['Local', 'Cluster', undefined, 7].map(nodeLocal), [true, undefined, undefined, undefined]);
  });

  it('keep annotations of the mesh and what controllers say of them', () => {
    const annotations = { 'networking.istio.io/exportTo': '.', 'example.com/x': 'y' };
    const conditions = [{ type: 'istio.io/WaypointBound', status: 'False', reason: 'NoWaypoint', message: 'gone' }];
    const service = mapService({ ...named('s', { annotations }), spec: {}, status: { conditions } });
    assert.deepEqual(service.annotations, { 'networking.istio.io/exportTo': '.' });
    assert.deepEqual(service.conditions, conditions);
  });

  it('may name their target port and their protocol', () => {
    const ports = [{ port: 443, targetPort: 'https', appProtocol: 'https', protocol: 'SCTP' }, { name: 'no port' }];
    assert.deepEqual(mapService({ ...named('s'), spec: { ports } }).ports, [
      { port: 443, targetPort: 'https', appProtocol: 'https', protocol: 'SCTP' },
    ]);
  });
});

describe('endpoint slices', () => {
  it('keep addresses and their conditions', () => {
    assert.deepEqual(mapRecorded('endpointslices', mapEndpointSlice).get('details-rig'), {
      namespace: 'bookinfo',
      name: 'details-rig',
      service: 'details',
      ports: [{ name: 'http', protocol: 'TCP', port: 9080 }],
      endpoints: [
        {
          addresses: ['10.44.0.12'],
          ready: true,
          serving: true,
          terminating: false,
          pod: 'details-v1-79dfbd6fff-4jq8w',
        },
      ],
    });
  });

  const conditions = [
    { given: undefined, ready: true, serving: true, terminating: false },
    { given: { ready: false }, ready: false, serving: false, terminating: false },
    { given: { ready: null }, ready: true, serving: true, terminating: false },
    { given: { ready: false, serving: true, terminating: true }, ready: false, serving: true, terminating: true },
  ];
  for (const { given, ...expected } of conditions) {
    it(`read the conditions ${JSON.stringify(given)} as Kubernetes documents them`, () => {
      const slice = mapEndpointSlice({
        ...named('s', { labels: { 'kubernetes.io/service-name': 'svc' } }),
        endpoints: [{ addresses: ['10.0.0.1'], conditions: given, targetRef: { kind: 'Node', name: 'n' } }],
      });
      assert.deepEqual(slice?.endpoints, [{ addresses: ['10.0.0.1'], ...expected }]);
    });
  }

  it('of no service are none of ours', () => assert.equal(mapEndpointSlice(named('s')), undefined));
});

describe('replica sets and deployments', () => {
  it('are read from metadata alone', () => {
    const [raw] = recordedList('replicasets');
    const metadataOnly = { kind: 'PartialObjectMetadata', metadata: raw!['metadata'] };
    assert.deepEqual(mapReplicaSet(metadataOnly), {
      namespace: 'bookinfo',
      name: 'details-v1-79dfbd6fff',
      owner: { kind: 'Deployment', name: 'details-v1' },
    });
    const deployment = recordedList('deployments').find(
      (each) => (each['metadata'] as { name: string }).name === 'details-v1',
    );
    const { labels } = deployment!['metadata'] as { labels?: object };
    assert.deepEqual(mapDeployment({ metadata: deployment!['metadata'] }), {
      namespace: 'bookinfo',
      name: 'details-v1',
      labels: labels ?? {},
    });
  });

  it('tell what analysis reads of a pod template, and of istiod which variables it is given', () => {
    const template = {
      metadata: { labels: { app: 'istiod' }, annotations: { 'sidecar.istio.io/inject': 'false', other: 'x' } },
      spec: {
        securityContext: { runAsUser: 1000 },
        containers: [
          { name: 'istio-proxy', image: 'auto', securityContext: { runAsUser: 1337 } },
          { name: 'app', securityContext: { runAsUser: 1337 }, env: [{ name: 'A', value: 'x' }, { name: 'B' }] },
        ],
      },
    };
    const expected = {
      labels: { app: 'istiod' },
      annotations: { 'sidecar.istio.io/inject': 'false' },
      containers: { proxyImage: 'auto', reservedUser: true },
    };
    assert.deepEqual(mapDeployment({ ...named('d'), spec: { template } }).template, expected);
    const istiod = mapDeployment({ ...named('istiod', { labels: { app: 'istiod' } }), spec: { template } });
    assert.deepEqual(istiod.template, { ...expected, environment: ['A'] });
  });

  it('may have no owner', () => assert.equal(mapReplicaSet(named('r')).owner, undefined));
});

describe('injectors', () => {
  it('are the webhooks of the chart, with whom they select', () => {
    const injectors = mapRecorded('mutatingwebhookconfigurations.from-chart', mapInjectors).get(
      'istio-sidecar-injector',
    );
    assert.deepEqual(
      injectors?.map(({ name, revision, tag }) => [name, revision, tag]),
      ['rev.namespace', 'rev.object', 'namespace', 'object'].map((which) => [
        `${which}.sidecar-injector.istio.io`,
        'default',
        undefined,
      ]),
    );
    assert.deepEqual(injectors?.[2], {
      configuration: 'istio-sidecar-injector',
      service: 'istio-system/istiod',
      name: 'namespace.sidecar-injector.istio.io',
      revision: 'default',
      createdAt: epochSecondsFromMs(Date.parse('2026-11-21T03:26:41Z')),
      namespaceSelector: { matchExpressions: [{ key: 'istio-injection', operator: 'In', values: ['enabled'] }] },
      objectSelector: { matchExpressions: [{ key: 'sidecar.istio.io/inject', operator: 'NotIn', values: ['false'] }] },
    });
  });

  it('carry the tag of a revision, and may select everything', () => {
    const labels = { 'istio.io/rev': '1-30-3', 'istio.io/tag': 'prod' };
    const webhooks = [{ name: 'sidecar-injector.istio.io' }];
    const [injector] = mapInjectors({ ...named('istio-revision-tag-prod', { labels }), webhooks }) ?? [];
    assert.deepEqual(
      [injector?.revision, injector?.tag, injector?.namespaceSelector, injector?.objectSelector],
      ['1-30-3', 'prod', {}, {}],
    );
  });

  it('are no webhooks of others', () => {
    const webhooks = [{ name: 'cert-manager.io' }, { name: 'not-sidecar-injector.istio.io.example.com' }, { name: 7 }];
    assert.equal(mapInjectors({ ...named('other'), webhooks }), undefined);
    assert.equal(mapInjectors({ ...named('other'), webhooks: [{ name: 'mysidecar-injector.istio.io' }] }), undefined);
    assert.equal(mapInjectors(named('none')), undefined);
  });
});

describe('config objects', () => {
  const kinds = [
    'virtualservices',
    'destinationrules',
    'gateways',
    'authorizationpolicies',
    'peerauthentications',
    'envoyfilters',
  ];
  for (const kind of kinds) {
    it(`keep the spec of ${kind} as stored`, () => {
      const raw = recordedList(kind);
      assert.ok(raw.length > 0);
      assert.deepEqual(
        raw.map((each) => mapConfigObject(each).spec),
        raw.map((each) => each['spec']),
      );
    });
  }

  it('keep what identifies them, and not the copy that kubectl keeps', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'kept' };
    const raw = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      ...named('v', { annotations }),
      spec: { a: 1 },
    };
    assert.deepEqual(mapConfigObject({ ...raw, status: { ok: true } }), {
      apiVersion: 'networking.istio.io/v1',
      kind: 'VirtualService',
      namespace: 'ns',
      name: 'v',
      labels: {},
      annotations: { note: 'kept' },
      createdAt: epochSecondsFromMs(Date.parse('2026-11-21T03:00:00Z')),
      spec: { a: 1 },
      status: { ok: true },
    });
  });

  it('may have no spec', () => assert.deepEqual(mapConfigObject(named('p')).spec, {}));
});
