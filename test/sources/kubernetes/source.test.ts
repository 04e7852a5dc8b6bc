import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { ClusterObjects, ObjectMap } from '../../../src/model/cluster.ts';
import { known, type Observed } from '../../../src/model/observed.ts';
import type { InformerTiming } from '../../../src/sources/kubernetes/informer-needs.ts';
import { CONFIG_KINDS, configKey, KINDS } from '../../../src/sources/kubernetes/kinds.ts';
import { createKubeApi, type KubeApiClient } from '../../../src/sources/kubernetes/kube-api-client.ts';
import { createKubernetesSource, type KubernetesSourceOptions } from '../../../src/sources/kubernetes/source.ts';
import type { PollReport } from '../../../src/sources/source.ts';
import { type FakeKubeApi, json, plain, startFakeKubeApi, status } from '../../support/fake-kube-api.ts';
import { until } from '../../support/until.ts';
import { recordedList, recordedText } from './recordings.ts';

const QUICK: Partial<InformerTiming> = { retryBaseMs: 10, retryCapMs: 40, deniedRetryMs: 60, absentRetryMs: 90 };

/** Where the recorded lists come from. */
const RECORDINGS: Record<string, string> = {
  '/api/v1/namespaces': 'namespaces',
  '/api/v1/pods': 'pods',
  '/api/v1/services': 'services',
  '/api/v1/namespaces/istio-system/configmaps': 'configmaps',
  '/apis/discovery.k8s.io/v1/endpointslices': 'endpointslices',
  '/apis/networking.k8s.io/v1/networkpolicies': 'none',
  '/apis/apps/v1/replicasets': 'replicasets',
  '/apis/apps/v1/deployments': 'deployments',
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations': 'mutatingwebhookconfigurations.from-chart',
  '/apis/networking.istio.io/v1/virtualservices': 'virtualservices',
  '/apis/networking.istio.io/v1/destinationrules': 'destinationrules',
  '/apis/networking.istio.io/v1alpha3/envoyfilters': 'envoyfilters',
  '/apis/security.istio.io/v1/peerauthentications': 'peerauthentications',
};

/** What the recorded cluster serves, by group and version. */
const SERVED: Record<string, string[]> = {
  'networking.istio.io/v1': ['virtualservices', 'destinationrules'],
  'networking.istio.io/v1alpha3': ['envoyfilters'],
  'security.istio.io/v1': ['peerauthentications'],
};

describe('kubernetes source', () => {
  let server: FakeKubeApi;
  let api: KubeApiClient;
  let stop: AbortController;
  let running: Promise<void>;
  let published: { at: number; value: ClusterObjects }[];
  let reports: PollReport[];
  let logged: { level: string; fields: Record<string, unknown>; message: string }[];
  let wake: () => void;

  beforeEach(async () => {
    server = await startFakeKubeApi();
    api = createKubeApi({
      access: {
        server: server.url,
        origin: 'a test',
        credentials: async () => ({ headers: {}, tls: {} }),
        renew: async () => {},
      },
    });
    stop = new AbortController();
    running = Promise.resolve();
    published = [];
    reports = [];
    logged = [];
    wake = () => {};
    for (const [path, recording] of Object.entries(RECORDINGS)) {
      const collection = server.collection(path);
      if (recording !== 'none') for (const item of recordedList(recording)) collection.put(item as never);
    }
    server.always('/apis', json(JSON.parse(recordedText('objects/api-groups.json'))));
    for (const [version, kinds] of Object.entries(SERVED)) {
      server.always(`/apis/${version}`, json({ resources: kinds.map((name) => ({ name })) }));
    }
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await api.close();
    await server.stop();
  });

  function start(options: Partial<KubernetesSourceOptions> = {}): void {
    const source = createKubernetesSource({
      api,
      namespaces: [],
      rootNamespace: 'istio-system',
      timing: QUICK,
      publishEveryMs: 10,
      ...options,
    });
    const logAt = (level: string) => (fields: object, message: string) =>
      logged.push({ level, fields: fields as Record<string, unknown>, message });
    running = source.run(
      {
        publish(value) {
          published.push({ at: performance.now(), value });
          wake();
        },
        report: (report) => reports.push(report),
        clock: { now: () => epochSeconds(1000), monotonicMs: () => performance.now() },
        log: { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') },
      },
      stop.signal,
    );
  }

  /** Down because nobody listens any more: an answer that was under way when the server went is cut, which is told first. */
  async function untilRefused(): Promise<void> {
    const isRefused = (report: PollReport | undefined): boolean =>
      report?.ok === false && report.errors[0]?.code === 'refused';
    await until(() => reports.at(-1), isRefused, 'the API server is refused');
  }

  /** The first published value of which this holds. */
  async function first(holds: (value: ClusterObjects) => boolean): Promise<ClusterObjects> {
    for (;;) {
      const found = published.find(({ value }) => holds(value));
      if (found !== undefined) return found.value;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  }

  const states = (value: ClusterObjects): Record<string, string> =>
    Object.fromEntries(
      [...Object.entries(value), ...Object.entries(value.config)].flatMap(([key, part]) =>
        'state' in part ? [[key, part.state as string]] : [],
      ),
    );
  const isWhole = (value: ClusterObjects): boolean => Object.values(states(value)).every((state) => state === 'fresh');

  it('gives the whole recorded cluster, absent kinds as empty', async () => {
    start();
    const value = await first(isWhole);
    const sizes = (parts: Record<string, Observed<ObjectMap<unknown>>>) =>
      Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, known(part)?.size]));
    const { config, otherPolicyEngines, ...core } = value;
    assert.deepEqual(sizes(core), {
      namespaces: recordedList('namespaces').length,
      pods: 10,
      services: recordedList('services').length,
      endpointSlices: recordedList('endpointslices').length,
      networkPolicies: 0,
      replicaSets: recordedList('replicasets').length,
      deployments: recordedList('deployments').length,
      meshConfigs: 1,
      injectors: 4,
    });
    assert.deepEqual(otherPolicyEngines, []);
    assert.deepEqual(Object.keys(config), CONFIG_KINDS.map(configKey));
    const filled = Object.entries(sizes(config)).filter(([, size]) => size !== 0);
    assert.deepEqual(filled, [
      ['virtualservices.networking.istio.io', recordedList('virtualservices').length],
      ['destinationrules.networking.istio.io', recordedList('destinationrules').length],
      ['envoyfilters.networking.istio.io', recordedList('envoyfilters').length],
      ['peerauthentications.security.istio.io', recordedList('peerauthentications').length],
    ]);
    assert.ok(known(value.pods)?.has('payment/payment-svc-v1-6d8f9b7c5d-2xkqp'));
    assert.ok(known(value.injectors)?.has('istio-sidecar-injector/object.sidecar-injector.istio.io'));
    assert.ok(Object.isFrozen(value) && Object.isFrozen(value.pods) && Object.isFrozen(value.config));
    assert.ok(reports.every(({ ok, errors }) => ok && errors.length === 0));
    assert.deepEqual(logged, []);
  });

  it('shows nothing as known before it is', async () => {
    server.always('/api/v1/pods', (_request, response) => {
      setTimeout(() => json({ metadata: { resourceVersion: '1' }, items: [] })({} as never, response), 100);
    });
    start();
    const early = await first(({ services }) => services.state === 'fresh');
    assert.equal(early.pods.state, 'pending');
  });

  it('asks for configuration maps by name and by revision, for metadata where that is enough, for pods in small pages', async () => {
    start();
    await first(isWhole);
    const asked = (path: string) =>
      server.requests.filter((request) => request.path === path && !request.query.has('watch'));
    assert.deepEqual(
      asked('/api/v1/namespaces/istio-system/configmaps').map(({ query }) => Object.fromEntries(query)),
      [
        { fieldSelector: 'metadata.name=istio', limit: '500' },
        { labelSelector: 'istio.io/rev', limit: '500' },
      ],
    );
    assert.match(asked('/apis/apps/v1/replicasets')[0]!.headers.accept!, /as=PartialObjectMetadataList/);
    assert.equal(asked('/api/v1/pods')[0]!.query.get('limit'), '250');
  });

  it('keeps what did not change the very same value', async () => {
    start();
    const before = await first(isWhole);
    server.collection('/api/v1/services').delete('productpage', 'bookinfo');
    const after = await first(({ services }) => known(services)?.has('bookinfo/productpage') === false);
    assert.notEqual(after.services, before.services);
    const { services: _before, ...restBefore } = before;
    const { services: _after, ...restAfter } = after;
    for (const [key, part] of Object.entries(restBefore))
      assert.equal(restAfter[key as keyof typeof restAfter], part, key);
  });

  it('publishes at most as often as agreed, and the last change too', async () => {
    start({ publishEveryMs: 200 });
    await first(isWhole);
    const pods = server.collection('/api/v1/pods');
    const metadata = { namespace: 'payment', creationTimestamp: '2026-11-21T03:00:00Z' };
    for (let at = 0; at < 50; at += 1) {
      pods.put({ metadata: { ...metadata, name: `new-${at}` } });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await first((value) => known(value.pods)?.has('payment/new-49') === true);
    const gaps = published.slice(1).map(({ at }, before) => at - published[before]!.at);
    assert.ok(Math.min(...gaps) > 180, gaps.join(' '));
  });

  it('leaves the other kinds known when one is forbidden, and says so once', async () => {
    server.always('/apis/apps/v1/deployments', status(403, 'deployments.apps is forbidden'));
    start();
    const value = await first((each) => each.pods.state === 'fresh' && each.deployments.state === 'failed');
    assert.deepEqual(value.deployments, {
      state: 'failed',
      error: {
        code: 'denied',
        status: 403,
        detail: 'GET /apis/apps/v1/deployments: HTTP 403 deployments.apps is forbidden',
      },
    });
    await server.seen(({ path }) => path === '/apis/apps/v1/deployments', 3);
    const warnings = logged.filter(({ level }) => level === 'warn');
    assert.deepEqual(
      warnings.map(({ fields, message }) => [message, fields['list'], fields['reason']]),
      [['kubernetes list is not current', 'deployments', 'denied']],
    );
    const denials = reports.filter(({ errors }) => errors.length > 0);
    assert.ok(denials.length >= 2 && denials.every(({ ok, errors }) => ok && errors[0]!.code === 'denied'));
    server.always('/apis/apps/v1/deployments', undefined);
    await first(({ deployments }) => deployments.state === 'fresh');
    assert.ok(logged.some(({ level, message }) => level === 'info' && message === 'kubernetes list is current again'));
  });

  it('says that it is down when nothing at all is current, and keeps what it knew', async () => {
    start();
    const before = await first(isWhole);
    await server.stop();
    const down = await first((value) => Object.values(states(value)).every((state) => state !== 'fresh'));
    assert.equal(known(down.pods), known(before.pods));
    assert.ok(Object.values(states(down)).every((state) => state === 'stale'));
    await untilRefused();
    server = await startFakeKubeApi();
  });

  it('is down when only kinds that the cluster does not serve are left', async () => {
    start({ timing: { ...QUICK, absentRetryMs: 600_000 } });
    const before = await first(isWhole);
    const served = Object.keys(states(before)).filter((key) => {
      const config = before.config[key];
      return config === undefined || known(config)?.size !== 0;
    });
    await server.stop();
    const down = await first((value) => served.every((key) => states(value)[key] !== 'fresh'));
    assert.ok(Object.values(states(down)).includes('fresh'), 'kinds that are not served hold');
    await untilRefused();
    server = await startFakeKubeApi();
  });

  it('does not take an unknown set of kinds for an empty one', async () => {
    server.always('/apis', status(500, 'etcd went away'));
    start();
    const value = await first((each) => Object.values(each.config).every(({ state }) => state === 'failed'));
    assert.equal(value.config['virtualservices.networking.istio.io']?.state, 'failed');
  });

  it('takes in a kind that is installed later', async () => {
    start();
    await first(isWhole);
    const route = {
      metadata: { name: 'r', namespace: 'payment', creationTimestamp: '2026-11-21T03:00:00Z' },
      spec: {},
    };
    server.collection('/apis/gateway.networking.k8s.io/v1/httproutes').put(route);
    server.always('/apis/gateway.networking.k8s.io/v1', json({ resources: [{ name: 'httproutes' }] }));
    server.always('/apis', json({ groups: [{ name: 'gateway.networking.k8s.io', versions: [{ version: 'v1' }] }] }));
    await first(({ config }) => known(config['httproutes.gateway.networking.k8s.io']!)?.has('payment/r') === true);
  });

  it('names other policy engines, as they come and go', async () => {
    const groups = (...names: string[]) => json({ groups: names.map((name) => ({ name, versions: [] })) });
    server.always('/apis', groups('apps', 'cilium.io', 'policy.networking.k8s.io'));
    start();
    await first(({ otherPolicyEngines }) => otherPolicyEngines.join() === 'cilium.io,policy.networking.k8s.io');
    server.always('/apis', groups('apps', 'policy.networking.k8s.io'));
    await first(({ otherPolicyEngines }) => otherPolicyEngines.join() === 'policy.networking.k8s.io');
  });

  it('names a mesh configuration that is broken, and keeps the others', async () => {
    const broken = { metadata: { name: 'istio-canary', namespace: 'istio-system' }, data: { mesh: 'a: [' } };
    server.collection('/api/v1/namespaces/istio-system/configmaps').put(broken);
    start();
    const value = await first(isWhole);
    assert.deepEqual([...known(value.meshConfigs)!.keys()], ['istio-system/istio']);
    assert.match(
      String(logged.find(({ message }) => message === 'kubernetes object cannot be read')?.fields['detail']),
      /^configmaps in istio-system: istio-system\/istio-canary: its mesh key is no YAML/,
    );
  });

  describe('confined to some namespaces', () => {
    const podsIn = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;

    beforeEach(() => {
      for (const namespace of ['payment', 'bookinfo', 'istio-system']) {
        for (const { group, version, resource, reach } of Object.values(KINDS)) {
          const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
          if (reach === 'namespaced') server.collection(`${base}/namespaces/${namespace}/${resource}`);
        }
        for (const pod of recordedList('pods') as { metadata: { name: string; namespace: string } }[]) {
          if (pod.metadata.namespace === namespace) server.collection(podsIn(namespace)).put(pod);
        }
      }
      server.always('/apis', json({ groups: [] }));
    });

    it('sees these and the root namespace, and asks for nothing else', async () => {
      start({ namespaces: ['payment'] });
      const value = await first(isWhole);
      const namespaces = new Set([...known(value.pods)!.values()].map(({ namespace }) => namespace));
      assert.deepEqual([...namespaces].sort(), ['istio-system', 'payment']);
      const paths = new Set(server.requests.map(({ path }) => path));
      assert.ok(!paths.has('/api/v1/pods') && !paths.has(podsIn('bookinfo')));
      const asked = server.requests.filter(({ path, query }) => path === '/api/v1/namespaces' && !query.has('watch'));
      assert.deepEqual(
        asked.map(({ query }) => query.get('fieldSelector')),
        ['metadata.name=payment', 'metadata.name=istio-system'],
      );
    });

    it('keeps the one known when the other is forbidden', async () => {
      server.always(podsIn('payment'), status(403, 'pods is forbidden in the namespace "payment"'));
      start({ namespaces: ['payment', 'bookinfo'] });
      const { pods } = await first((value) => value.pods.state === 'stale');
      assert.ok(pods.state === 'stale');
      assert.equal(pods.error.code, 'denied');
      assert.ok(pods.value.has('istio-system/istiod-7d4b9c6f8d-v5xnt'));
      assert.ok(pods.value.has('bookinfo/ratings-v1-5ffdd8466b-r6d2s'));
    });

    it('advises against watching many', async () => {
      server.always('/apis', plain(404, '404 page not found'));
      start({ namespaces: Array.from({ length: 21 }, (_, at) => `team-${at}`) });
      assert.deepEqual(logged[0], {
        level: 'warn',
        fields: { namespaces: 22 },
        message: 'many namespaces are watched one by one: watching all is cheaper',
      });
    });
  });

  it('needs rights for what it lists and watches, and for nothing more', async () => {
    const source = createKubernetesSource({ api, namespaces: [], rootNamespace: 'istio-system' });
    start();
    await first(isWhole);
    const needed = new Set(source.rbac.map(({ apiGroup, resource }) => `${apiGroup}/${resource}`));
    for (const { path } of server.requests) {
      const match =
        /^\/apis?\/(?:([a-z0-9.-]+\.[a-z0-9.-]+|apps)\/)?v[a-z0-9]+\/(?:namespaces\/[^/]+\/)?([a-z]+)$/.exec(path);
      if (match !== null) assert.ok(needed.has(`${match[1] ?? ''}/${match[2]}`), path);
    }
    assert.ok(source.rbac.every(({ verbs, why }) => verbs.join() === 'list,watch' && why !== ''));
    assert.equal(source.rbac.find(({ resource }) => resource === 'configmaps')?.namespace, 'root');
    assert.equal(needed.size, source.rbac.length);
  });
});
