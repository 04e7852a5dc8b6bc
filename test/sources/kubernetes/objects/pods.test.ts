import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { epochSecondsFromMs } from '../../../../src/model/brand.ts';
import type { Pod } from '../../../../src/model/workload.ts';
import type { RawObject } from '../../../../src/sources/kubernetes/kube-api.ts';
import { mapPod } from '../../../../src/sources/kubernetes/objects/pods.ts';
import { mapRecorded, recordedList } from '../recordings.ts';

const at = (time: string) => epochSecondsFromMs(Date.parse(time));

/** A pod as small as one can be, with these parts. */
function podWith(parts: { metadata?: object; spec?: object; status?: object } = {}): RawObject {
  return {
    metadata: { name: 'p', namespace: 'n', creationTimestamp: '2026-11-21T02:44:42Z', ...parts.metadata },
    spec: { containers: [{ name: 'app' }], ...parts.spec },
    ...(parts.status !== undefined && { status: parts.status }),
  };
}

const running = (startedAt: string, restartCount = 0) => ({ state: { running: { startedAt } }, restartCount });

describe('pods', () => {
  it('keep what a rung reads', () => {
    const pod = mapRecorded('pods', mapPod).get('payment-svc-v1-6d8f9b7c5d-2xkqp');
    assert.deepEqual(pod, {
      namespace: 'payment',
      name: 'payment-svc-v1-6d8f9b7c5d-2xkqp',
      uid: '4d9ca1ad-e9ce-4388-bcaa-4b77b1c78eaa',
      labels: {
        app: 'payment-svc',
        'pod-template-hash': '6d8f9b7c5d',
        'security.istio.io/tlsMode': 'istio',
        'service.istio.io/canonical-name': 'payment-svc',
        'service.istio.io/canonical-revision': 'v1',
        'topology.kubernetes.io/region': 'eu-west-1',
        'topology.kubernetes.io/zone': 'eu-west-1a',
        version: 'v1',
      },
      containers: { proxyImage: 'docker.io/istio/proxyv2:1.30.3' },
      annotations: {
        'istio.io/rev': 'default',
        'prometheus.io/port': '15020',
        'sidecar.istio.io/status':
          '{"initContainers":["istio-init"],"containers":["istio-proxy"],"revision":"default"}',
      },
      node: 'rig-node',
      ips: ['10.44.0.21'],
      hostNetwork: false,
      phase: 'Running',
      ready: true,
      terminating: false,
      createdAt: at('2026-11-21T02:44:42Z'),
      startedAt: at('2026-11-21T02:55:57Z'),
      serviceAccount: 'payment-svc',
      owner: { kind: 'ReplicaSet', name: 'payment-svc-v1-6d8f9b7c5d' },
      ports: [
        { port: 8080, protocol: 'TCP' },
        { name: 'http-envoy-prom', port: 15090, protocol: 'TCP' },
      ],
      proxy: { native: false, running: true, startedAt: at('2026-11-21T02:55:57Z'), restarts: 0 },
    } satisfies Pod);
  });

  it('of a recorded mesh all have a proxy but istiod, which has a start of its own', () => {
    const pods = mapRecorded('pods', mapPod);
    assert.equal(pods.size, 10);
    const without = [...pods.values()].filter(({ proxy }) => proxy === undefined);
    assert.deepEqual(
      without.map(({ name, startedAt }) => [name, startedAt]),
      [['istiod-7d4b9c6f8d-v5xnt', at('2026-11-21T02:55:57Z')]],
    );
  });

  it('are a quarter of what came, or less', () => {
    const raw = JSON.stringify(recordedList('pods')).length;
    const slim = JSON.stringify(recordedList('pods').map(mapPod)).length;
    assert.ok(slim * 4 < raw, `${slim} of ${raw}`);
  });

  const proxies: { what: string; pod: RawObject; proxy: Pod['proxy'] }[] = [
    { what: 'none', pod: podWith(), proxy: undefined },
    {
      what: 'a container that does not run yet',
      pod: podWith({ spec: { containers: [{ name: 'istio-proxy' }] } }),
      proxy: { native: false, running: false, restarts: 0 },
    },
    {
      what: 'a container that crashed',
      pod: podWith({
        spec: { containers: [{ name: 'istio-proxy' }] },
        status: {
          containerStatuses: [
            { name: 'istio-proxy', restartCount: 7, state: { waiting: { reason: 'CrashLoopBackOff' } } },
          ],
        },
      }),
      proxy: { native: false, running: false, restarts: 7 },
    },
    {
      what: 'a native sidecar',
      pod: podWith({
        spec: { initContainers: [{ name: 'istio-proxy', restartPolicy: 'Always' }] },
        status: { initContainerStatuses: [{ name: 'istio-proxy', ...running('2026-11-21T03:00:00Z', 2) }] },
      }),
      proxy: { native: true, running: true, startedAt: at('2026-11-21T03:00:00Z'), restarts: 2 },
    },
    {
      what: 'an init container of that name that ends',
      pod: podWith({ spec: { initContainers: [{ name: 'istio-proxy' }, { name: 'istio-init' }] } }),
      proxy: undefined,
    },
    {
      what: 'a container of another name',
      pod: podWith({ spec: { containers: [{ name: 'istio-proxy-old' }] } }),
      proxy: undefined,
    },
  ];
  for (const { what, pod, proxy } of proxies) {
    it(`know their proxy: ${what}`, () => assert.deepEqual(mapPod(pod).proxy, proxy));
  }

  it('are as young as their newest running container', () => {
    const { startedAt } = mapPod(
      podWith({
        status: {
          containerStatuses: [
            { name: 'a', ...running('2026-11-21T03:00:00Z') },
            { name: 'b', ...running('2026-11-21T04:00:00Z') },
            { name: 'c', state: { terminated: { startedAt: '2026-11-21T05:00:00Z' } } },
          ],
        },
      }),
    );
    assert.equal(startedAt, at('2026-11-21T04:00:00Z'));
    assert.equal('startedAt' in mapPod(podWith()), false);
  });

  const phases: { status: object; phase: Pod['phase']; ready: boolean }[] = [
    { status: {}, phase: 'Unknown', ready: false },
    { status: { phase: 'Exploded' }, phase: 'Unknown', ready: false },
    { status: { phase: 'Succeeded' }, phase: 'Succeeded', ready: false },
    { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] }, phase: 'Running', ready: false },
    { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }, phase: 'Running', ready: true },
  ];
  for (const { status, phase, ready } of phases) {
    it(`read ${JSON.stringify(status)} as ${phase}, ${ready ? '' : 'not '}ready`, () => {
      const pod = mapPod(podWith({ status }));
      assert.deepEqual([pod.phase, pod.ready], [phase, ready]);
    });
  }

  it('are on their way out with a deletionTimestamp, and only then', () => {
    assert.equal(mapPod(podWith({ metadata: { deletionTimestamp: '2026-11-21T03:00:00Z' } })).terminating, true);
    assert.equal(mapPod(podWith({ metadata: { deletionTimestamp: null } })).terminating, false);
  });

  it('have their controller for an owner, not just anybody', () => {
    const ownerReferences = [
      { kind: 'Node', name: 'n1' },
      { kind: 'StatefulSet', name: 'db', controller: true },
    ];
    assert.deepEqual(mapPod(podWith({ metadata: { ownerReferences } })).owner, { kind: 'StatefulSet', name: 'db' });
    assert.equal(mapPod(podWith({ metadata: { ownerReferences: ownerReferences.slice(0, 1) } })).owner, undefined);
  });

  it('have the ports of all that serves: containers and native sidecars, named or not', () => {
    const { ports } = mapPod(
      podWith({
        spec: {
          containers: [
            { name: 'app', ports: [{ containerPort: 53, protocol: 'UDP', name: 'dns' }, { containerPort: 'x' }] },
          ],
          initContainers: [
            { name: 'istio-proxy', restartPolicy: 'Always', ports: [{ containerPort: 15090 }] },
            { name: 'init', ports: [{ containerPort: 1 }] },
          ],
        },
      }),
    );
    assert.deepEqual(ports, [
      { port: 53, protocol: 'UDP', name: 'dns' },
      { port: 15090, protocol: 'TCP' },
    ]);
  });

  const addresses = [
    { status: { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] }, ips: ['10.0.0.1', 'fd00::1'] },
    { status: { podIP: '10.0.0.1' }, ips: ['10.0.0.1'] },
    { status: { podIP: '', podIPs: [] }, ips: [] },
    { status: { podIPs: [{ ip: 7 }, null] }, ips: [] },
  ];
  for (const { status, ips } of addresses) {
    it(`have the addresses ${ips.join(' and ') || 'of nobody'} from ${JSON.stringify(status)}`, () => {
      assert.deepEqual(mapPod(podWith({ status })).ips, ips);
    });
  }

  it('keep annotations of the mesh, by whole domains', () => {
    const annotations = {
      'sidecar.istio.io/inject': 'true',
      'ambient.istio.io/redirection': 'enabled',
      'istio.io/rev': 'canary',
      'notistio.io/rev': 'no',
      'istio.io.example.com/rev': 'no',
      'prometheus.io/scrape': 'no',
      'istio.io': 'no',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'traffic.sidecar.istio.io/excludeOutboundPorts': 15 as unknown as string,
    };
    assert.deepEqual(Object.keys(mapPod(podWith({ metadata: { annotations } })).annotations), [
      'sidecar.istio.io/inject',
      'ambient.istio.io/redirection',
      'istio.io/rev',
    ]);
  });

  it('keep only labels that are labels', () => {
    const labels = { app: 'x', n: 7, none: null };
    assert.deepEqual(mapPod(podWith({ metadata: { labels } })).labels, { app: 'x' });
  });

  it('cannot be read without a name or a time of creation', () => {
    assert.throws(() => mapPod({}), /it has no name/);
    assert.throws(
      () => mapPod(podWith({ metadata: { creationTimestamp: 'yesterday' } })),
      /creationTimestamp is no time/,
    );
  });
});
