import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDemoRun } from '../demo/demo-run.ts';
import { ALERTING_TOOLS } from '../support/alerting-tools.ts';
import { type AlertmanagerServer, type ManagedAlert, startAlertmanager } from '../support/alertmanager-server.ts';
import { startPrometheus } from '../support/prometheus-server.ts';
import { type Receivers, startReceivers } from '../support/receivers.ts';
import { scaledRuleFiles } from '../support/scaled-rules.ts';

const { prometheus: prometheusBinary, alertmanager: alertmanagerBinary, skip } = ALERTING_TOOLS;

/** The incident lasts three minutes; played so many times as fast, with rules that wait so many times as short. */
const SPEED = 4;
const SCALE = 20;

const ONE_PAGE = 'IstioXdsBlockedByNetworkPolicy';
const WHOLE_TEXT =
  /^payment: 3 proxies out of sync for [\dms. ]+; NetworkPolicy payment\/default-deny blocks egress to istiod:15012\. Canary payment-svc\/v2: declared 10%, observed 0%\.$/;
const INHIBITED = ['IstioCanaryNotApplied', 'IstioNamespaceOutOfSync', 'IstioProxyMissing', 'IstioProxyOutOfSync'];

test('the incident is one page that names its cause, and is over when the policy is gone; an exporter that dies is one page too', {
  skip,
  timeout: 400_000,
}, async (context) => {
  const run = startDemoRun(context, ['--speed', String(SPEED)]);
  await run.said(/canary at 0 %/);
  const receivers = await startReceivers();
  context.after(() => receivers.stop());
  const alertmanager = await startAlertmanager(alertmanagerBinary!, receivers.url);
  context.after(() => alertmanager.stop());
  const prometheus = await startPrometheus(prometheusBinary!, {
    target: run.url().host,
    ruleFiles: scaledRuleFiles(context, { factor: SCALE, traffic: SPEED }),
    alertmanager: new URL(alertmanager.url).host,
  });
  context.after(() => prometheus.stop());

  const during = await until(alertmanager, (alerts) => {
    const names = namesOf(alerts);
    // What comes of it is in its text as soon as it can be told from chance.
    const saysAll = alerts.some(({ annotations }) => WHOLE_TEXT.test(annotations['description'] ?? ''));
    return saysAll && INHIBITED.every((name) => names.includes(name));
  });
  const told = during.filter(({ status }) => status.inhibitedBy.length === 0);
  assert.deepEqual(namesOf(told), [ONE_PAGE]);
  assert.match(told[0]?.annotations['description'] ?? '', WHOLE_TEXT);
  const [page] = told;
  for (const name of INHIBITED) {
    for (const { labels, status } of during.filter((each) => each.labels['alertname'] === name)) {
      assert.deepEqual(status.inhibitedBy, [page?.fingerprint], JSON.stringify(labels));
    }
  }
  await run.said(/3 of 3 SYNCED, none missing/);
  await until(alertmanager, (alerts) => alerts.length === 0);
  assert.deepEqual(pagesOf(receivers, 'payment'), [ONE_PAGE]);
  assert.deepEqual(await prometheus.ruleErrors(), []);

  run.child.kill('SIGKILL');
  const after = await until(alertmanager, (_, all) => namesOf(all).includes('MeshladderDown'));
  assert.deepEqual(after, []);
  const notInhibited = (await alertmanager.alerts({ inhibited: 'false' })).filter(
    ({ labels }) => labels['severity'] === 'critical',
  );
  assert.deepEqual(namesOf(notInhibited), ['MeshladderDown']);
});

/** Asks until it holds of the alerts of `payment`. @returns those */
async function until(
  alertmanager: AlertmanagerServer,
  holds: (ofPayment: readonly ManagedAlert[], all: readonly ManagedAlert[]) => boolean,
): Promise<readonly ManagedAlert[]> {
  let ofPayment: readonly ManagedAlert[] = [];
  for (let seconds = 0; seconds < 120; seconds += 1) {
    const all = await alertmanager.alerts();
    ofPayment = all.filter(
      ({ labels }) =>
        labels['proxy_namespace'] === 'payment' &&
        !/^IstioResponseFlag|^IstioFlag|^IstioAuth|^IstioRequests/.test(labels['alertname'] ?? ''),
    );
    if (holds(ofPayment, all)) return ofPayment;
    await sleep(1000);
  }
  assert.fail(`not within two minutes; alerts of payment: ${namesOf(ofPayment).join(', ')}`);
}

/** What the pager was told of a namespace, each notification by its alert. */
function pagesOf({ notifications }: Receivers, namespace: string): readonly string[] {
  return notifications
    .filter(({ receiver, status }) => receiver === 'pager' && status === 'firing')
    .flatMap(({ alerts }) => alerts.slice(0, 1))
    .filter(({ labels }) => labels['proxy_namespace'] === namespace)
    .map(({ labels }) => labels['alertname'] ?? '');
}

function namesOf(alerts: readonly ManagedAlert[]): readonly string[] {
  return [...new Set(alerts.map(({ labels }) => labels['alertname'] ?? ''))].toSorted();
}
