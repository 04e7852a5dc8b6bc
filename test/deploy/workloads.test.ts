import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, render } from '../../scripts/helm.ts';
import { NO_HELM, one, renderVariant, VARIANTS } from '../support/chart.ts';
import { configOf, podOf } from '../support/chart-config.ts';

function namesOf(objects: readonly KubeObject[], kind: string): readonly string[] {
  return objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
}

test('one pod is replaced by ending it first, several that elect a leader one by one', { skip: NO_HELM }, () => {
  const strategyOf = (set: readonly string[]) => one(render({ set }), 'Deployment')['spec'].strategy;
  assert.deepEqual(strategyOf([]), { type: 'Recreate' });
  // With its numbers: a default of the API server would stay when Helm 4 goes back to Recreate, which is then refused.
  const rolling = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  assert.deepEqual(strategyOf(['config.leaderElection.enabled=true']), rolling);
  assert.deepEqual(strategyOf(['central.replicas=2']), rolling);
  assert.deepEqual(strategyOf(['central.updateStrategy={"type":"RollingUpdate"}']), { type: 'RollingUpdate' });
});

test('several pods keep apart, unless the values place them', { skip: NO_HELM }, () => {
  const affinityOf = (set: readonly string[]) => podOf(render({ set }), 'central').pod['spec'].affinity;
  assert.equal(affinityOf([]), undefined);
  const [term] = affinityOf(['central.replicas=2']).podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution;
  assert.equal(term.podAffinityTerm.topologyKey, 'kubernetes.io/hostname');
  assert.deepEqual(affinityOf(['central.replicas=2', 'central.affinity={"nodeAffinity":{}}']), { nodeAffinity: {} });
});

test('shards are pods of a StatefulSet, with replicas of several', { skip: NO_HELM }, async () => {
  const objects = renderVariant('sharded');
  assert.deepEqual(namesOf(objects, 'StatefulSet'), ['meshladder-central-r0', 'meshladder-central-r1']);
  assert.deepEqual(namesOf(objects, 'Deployment'), []);
  const sets = objects.filter(({ kind }) => kind === 'StatefulSet');
  assert.deepEqual(
    sets.map(({ spec }) => [spec.replicas, spec.podManagementPolicy]),
    [
      [3, 'Parallel'],
      [3, 'Parallel'],
    ],
  );
  const services = objects.filter(({ kind }) => kind === 'Service');
  const headless = services.filter(({ spec }) => spec.clusterIP === 'None');
  assert.deepEqual(
    [...new Set(sets.map(({ spec }) => spec.serviceName))],
    headless.map(({ metadata }) => metadata.name),
  );
  const { leaderElection, shard } = await configOf(objects, 'central');
  assert.deepEqual([leaderElection.leaseName, shard.count], ['meshladder', 3]);
  const alone = render({ set: ['central.shards=2'] });
  assert.deepEqual(namesOf(alone, 'StatefulSet'), ['meshladder-central']);
  assert.equal((await configOf(alone, 'central')).leaderElection.enabled, false);
});

for (const variant of VARIANTS) {
  test(`${variant}: a disruption budget is made for several pods alone`, { skip: NO_HELM }, () => {
    const objects = renderVariant(variant);
    const pods = objects
      .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
      .reduce((sum, { spec }) => sum + Number(spec.replicas), 0);
    assert.equal(namesOf(objects, 'PodDisruptionBudget').length, pods > 1 ? 1 : 0);
  });

  test(`${variant}: every object is of the release, and named once`, { skip: NO_HELM }, () => {
    const objects = renderVariant(variant).filter(({ metadata }) => !metadata.name.includes('given-as'));
    const keys = objects.map(({ kind, metadata }) => `${kind}/${metadata.namespace ?? ''}/${metadata.name}`);
    assert.deepEqual(keys.toSorted(), [...new Set(keys)].toSorted());
    for (const { kind, metadata } of objects) {
      assert.equal(metadata.labels?.['app.kubernetes.io/instance'], 'meshladder', `${kind} ${metadata.name}`);
      assert.ok(metadata.name.length <= 63 && metadata.name.startsWith('meshladder'), metadata.name);
      assert.equal(metadata.namespace === undefined, kind.startsWith('ClusterRole'), `${kind} ${metadata.name}`);
    }
  });
}

test('long names of releases are cut before what stands behind them', { skip: NO_HELM }, () => {
  const release = 'a'.repeat(53);
  const long = render({ release, set: ['agent.enabled=true', 'dashboards.enabled=true', 'central.shards=2'] });
  assert.deepEqual(
    long.filter(
      ({ kind, metadata }) => kind !== 'ClusterRole' && kind !== 'ClusterRoleBinding' && metadata.name.length > 60,
    ),
    [],
  );
});

test('the network lets the central part reach istiods, names and the API server, and agents nobody', {
  skip: NO_HELM,
}, () => {
  const objects = renderVariant('all-on');
  const central = one(objects, 'NetworkPolicy', 'meshladder-central')['spec'];
  assert.deepEqual(
    central.egress.map(({ ports }: { ports: { port: number }[] }) => ports.map(({ port }) => port)),
    [[53, 53], [443, 6443], [15014, 15012], [9090]],
  );
  assert.deepEqual(central.egress[1].to, [{ ipBlock: { cidr: '10.0.0.1/32' } }]);
  const [istiods] = central.egress[2].to;
  assert.deepEqual(istiods, {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'istio-system' } },
    podSelector: { matchLabels: { app: 'istiod' } },
  });
  assert.equal(central.ingress[0].ports[0].port, 'http');
  // Prometheus, and the pod of `helm test`.
  assert.equal(central.ingress[0].from.length, 2);
  const agent = one(objects, 'NetworkPolicy', 'meshladder-agent')['spec'];
  assert.deepEqual([agent.policyTypes, agent.egress], [['Ingress', 'Egress'], []]);
});

test('objects of the values are of the release too, as objects and as templates', { skip: NO_HELM }, () => {
  const objects = renderVariant('all-on');
  assert.equal(one(objects, 'ConfigMap', 'given-as-object')['data'].release, 'meshladder');
  assert.equal(one(objects, 'ConfigMap', 'meshladder-given-as-text').apiVersion, 'v1');
});

test('the exporter is not in the mesh that it watches', { skip: NO_HELM }, () => {
  for (const component of ['central', 'agent']) {
    assert.equal(podOf(renderVariant('all-on'), component).pod.metadata.labels?.['sidecar.istio.io/inject'], 'false');
  }
});

test('istiods are shown a token that is made for them alone', { skip: NO_HELM }, () => {
  const volumes = podOf(renderVariant('default'), 'central').pod['spec'].volumes as KubeObject[];
  const sources = volumes.find(({ name }) => name === 'istio-token')?.['projected'].sources;
  assert.deepEqual(sources, [
    { serviceAccountToken: { path: 'token', audience: 'istio-ca', expirationSeconds: 3600 } },
  ]);
});
