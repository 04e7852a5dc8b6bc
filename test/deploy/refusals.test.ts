import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderText } from '../../scripts/helm.ts';
import { NO_HELM } from '../support/chart.ts';

const REFUSED: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a key that is misspelled', ['central.replica=2'], /additional properties 'replica' not allowed/i],
  ['a key of the configuration that is misspelled', ['config.istiod.intervall="10s"'], /'intervall' not allowed/i],
  [
    'a value of another kind in the configuration',
    ['config.inspect.concurrency="many"'],
    /config\.inspect\.concurrency|\/config\/inspect\/concurrency/,
  ],
  ['a role, which the chart knows', ['config.role="agent"'], /'role' not allowed/i],
  ['nothing to run', ['central.enabled=false'], /nothing would run/],
  ['lines counted twice', ['agent.enabled=true', 'config.accessLog.mode="api"'], /every line would be counted twice/],
  ['all namespaces without a ClusterRole', ['rbac.clusterRole=false'], /can only be watched with a ClusterRole/],
  [
    'several that all ask istiods',
    ['central.replicas=2', 'config.leaderElection.enabled=false'],
    /every proxy would be shown more than once/,
  ],
  ['shards that pods do not know of', ['config.shard.count=2'], /set central\.shards alone/],
  ['probes that kubelets may not ask', ['config.web.probes="guarded"'], /pods would never be ready/],
  [
    'contexts of no kubeconfig',
    ['config.remoteClusters.contexts=["west"]'],
    /mount one by central\.extraVolumes and central\.extraVolumeMounts/,
  ],
  [
    'agents that would ask whose a token is',
    ['agent.enabled=true', 'agent.config.web.auth="kubernetes"'],
    /agents do without the Kubernetes API/,
  ],
  ['HTTPS without a certificate', ['webConfig.tls=true'], /there is no certificate/],
  [
    'a claim for several pods',
    ['central.shards=2', 'central.stateVolume={"persistentVolumeClaim":{"claimName":"c"}}'],
    /overwrite each other's history/,
  ],
];

for (const [what, set, message] of REFUSED) {
  test(`the chart refuses ${what}`, { skip: NO_HELM }, () => {
    assert.throws(() => renderText({ set }), message);
  });
}

test('a claim does for one pod', { skip: NO_HELM }, () => {
  const text = renderText({ set: ['central.stateVolume={"persistentVolumeClaim":{"claimName":"kept"}}'] });
  assert.match(text, /claimName: kept/);
  assert.doesNotMatch(text, /emptyDir/);
});
