import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { render } from '../../scripts/helm.ts';
import { NO_HELM, renderVariant, VARIANTS } from '../support/chart.ts';
import { configOf, configText, podOf } from '../support/chart-config.ts';
import { runCli } from '../support/run-cli.ts';

/** Stands for what a Secret would hold. */
const WEB_CONFIG = fileURLToPath(new URL('../fixtures/deploy/web.config.yml', import.meta.url));
const COMPONENTS = ['central', 'agent'];

for (const variant of VARIANTS) {
  test(`${variant}: serve would start with every configuration that is mounted`, { skip: NO_HELM }, async () => {
    const objects = renderVariant(variant);
    const there = COMPONENTS.filter((component) =>
      objects.some(({ metadata }) => metadata.name.endsWith(`-${component}`)),
    );
    assert.notDeepEqual(there, []);
    for (const component of there) {
      const stdin = configText(objects, component).replace('/etc/meshladder-web/web.config.yml', WEB_CONFIG);
      const { code, stderr } = await runCli(['check-config', '-'], { stdin });
      assert.deepEqual([code, stderr], [0, ''], component);
    }
  });
}

test('what is set for one part is not set for the other', { skip: NO_HELM }, async () => {
  const objects = renderVariant('all-on');
  const [central, agent] = await Promise.all([configOf(objects, 'central'), configOf(objects, 'agent')]);
  assert.deepEqual(
    [central.log, agent.log],
    [
      { level: 'debug', format: 'json' },
      { level: 'info', format: 'json' },
    ],
  );
  assert.deepEqual([central.role, agent.role], ['central', 'agent']);
  assert.deepEqual([central.cluster.id, agent.cluster.id], ['east', 'east']);
  assert.deepEqual([central.inspect.enabled, agent.inspect.enabled], [true, false]);
  assert.deepEqual([central.web, agent.web], [central.web, central.web]);
});

test('pods listen where the configuration says', { skip: NO_HELM }, () => {
  const objects = renderVariant('all-on');
  for (const component of COMPONENTS) {
    assert.deepEqual(podOf(objects, component).pod['spec'].containers[0].ports, [
      { name: 'http', containerPort: 8080, protocol: 'TCP' },
    ]);
  }
});

test('numbers that Helm would write with an exponent stay numbers', { skip: NO_HELM }, async () => {
  const config = await configOf(renderVariant('sharded'), 'central');
  assert.equal(config.metrics.maxSeries.default, 2_000_000);
});

test('a changed configuration makes new pods', { skip: NO_HELM }, () => {
  const sums = [[], ['config.log.level="debug"']].map(
    (set) => podOf(render({ set }), 'central').pod.metadata.annotations?.['checksum/config'],
  );
  assert.notEqual(sums[0], sums[1]);
});

test('an empty section says nothing', { skip: NO_HELM }, async () => {
  const config = await configOf(render({ set: ['config.istiod=null', 'config.log={}'] }), 'central');
  assert.equal(config.istiod.tokenFile, '/var/run/secrets/istio-token/token');
});

test('several pods elect a leader, shards know which they are', { skip: NO_HELM }, async () => {
  const one = await configOf(renderVariant('default'), 'central');
  const two = await configOf(renderVariant('all-on'), 'central');
  const shards = await configOf(renderVariant('sharded'), 'central');
  assert.deepEqual([one.leaderElection.enabled, two.leaderElection.enabled], [false, true]);
  assert.deepEqual(
    [one.shard, shards.shard],
    [
      { index: 0, count: 1 },
      { index: 'auto', count: 3 },
    ],
  );
});

test('tokens are asked for by the central part alone: agents have no Kubernetes API', { skip: NO_HELM }, async () => {
  const objects = renderVariant('web-config');
  const [central, agent] = await Promise.all([configOf(objects, 'central'), configOf(objects, 'agent')]);
  assert.deepEqual([central.web.auth, agent.web.auth], ['kubernetes', 'none']);
  assert.equal(agent.web.configFile, central.web.configFile);
});
