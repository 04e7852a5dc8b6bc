import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DROP } from '../../src/demo/scenario/drop.ts';
import type { Scenario } from '../../src/demo/scenario/scenario.ts';
import { MAIN } from '../demo/demo-run.ts';
import { startPlaying } from '../demo/play-here.ts';
import { ALERTING_TOOLS } from '../support/alerting-tools.ts';
import { type AlertmanagerServer, type ManagedAlert, startAlertmanager } from '../support/alertmanager-server.ts';
import { startPrometheus } from '../support/prometheus-server.ts';
import { type Receivers, startReceivers } from '../support/receivers.ts';
import { scaledRuleFiles } from '../support/scaled-rules.ts';
import { actOf, untilTrue } from '../support/story.ts';
import { until } from '../support/until.ts';

const { prometheus: prometheusBinary, alertmanager: alertmanagerBinary, skip } = ALERTING_TOOLS;

/** Played so many times as fast, with rules that wait so many times as short. */
const SPEED = 4;
const SCALE = 20;

const ONE_PAGE = 'IstioXdsBlockedByNetworkPolicy';
const WHOLE_TEXT =
  /^payment: 3 proxies out of sync for [\dms. ]+; NetworkPolicy payment\/default-deny blocks egress to istiod:15012\. Canary payment-svc\/v2: declared 10%, observed 0%\.$/;
const INHIBITED = ['IstioCanaryNotApplied', 'IstioNamespaceOutOfSync', 'IstioProxyMissing', 'IstioProxyOutOfSync'];

/** What Alertmanager says of `payment`, look by look. */
type Looks = (readonly ManagedAlert[])[];

/** The page with its whole text, and all that comes of its cause. */
function isWhole(alerts: readonly ManagedAlert[]): boolean {
  const names = namesOf(alerts);
  // What comes of it is in its text as soon as it can be told from chance.
  const saysAll = alerts.some(({ annotations }) => WHOLE_TEXT.test(annotations['description'] ?? ''));
  return saysAll && INHIBITED.every((name) => names.includes(name));
}

/** Two looks in a row: Alertmanager works out a moment after an alert has come in what inhibits it. */
function heldTwice(looks: Looks, holds: (alerts: readonly ManagedAlert[]) => boolean): boolean {
  return looks.length >= 2 && looks.slice(-2).every(holds);
}

/** The incident, which lasts until Alertmanager has heard all of it, and is over when nothing of it is left there. */
function story(looks: Looks): Scenario {
  const said = (): string => namesOf(looks.at(-1) ?? []).join(', ');
  const whole = untilTrue('Alertmanager has the page and what comes of it', () => heldTwice(looks, isWhole), said);
  const over = untilTrue('no alert of payment is left', () => heldTwice(looks, (one) => one.length === 0), said);
  return {
    name: 'alerts',
    about: DROP.about,
    endsAt: 0,
    acts: [
      ...['healthy', 'policy', 'push', 'gone', 'lost'].map((name) => actOf(DROP, name)),
      actOf(DROP, 'failing', whole),
      actOf(DROP, 'return', over),
    ],
  };
}

test('the incident is one page that names its cause, and is over when the policy is gone; an exporter that dies is one page too', {
  skip,
  timeout: 500_000,
}, async (context) => {
  const receivers = await startReceivers();
  context.after(() => receivers.stop());
  const alertmanager = await startAlertmanager(alertmanagerBinary!, receivers.url);
  context.after(() => alertmanager.stop());
  const looks: Looks = [];
  const { target, ended } = await startPlaying(context, { scenario: story(looks), speed: SPEED, script: MAIN });
  const prometheus = await startPrometheus(prometheusBinary!, {
    target,
    ruleFiles: scaledRuleFiles(context, { factor: SCALE, traffic: SPEED }),
    alertmanager: new URL(alertmanager.url).host,
  });
  context.after(() => prometheus.stop());
  const over = new AbortController();
  const errors: string[] = [];
  const [{ missed }] = await Promise.all([
    // The exporter ends with its story; whether each line was counted is the demo's own test.
    ended.finally(() => over.abort()),
    watch(alertmanager, looks, over.signal).then(async () => errors.push(...(await prometheus.ruleErrors()))),
  ]);
  assert.deepEqual(
    missed.filter((each) => each.startsWith('+')),
    [],
  );
  const during = looks.filter(isWhole)[1] ?? assert.fail();
  const told = during.filter(({ status }) => status.inhibitedBy.length === 0);
  assert.deepEqual(namesOf(told), [ONE_PAGE]);
  const [page] = told;
  assert.match(page?.annotations['description'] ?? '', WHOLE_TEXT);
  for (const name of INHIBITED) {
    for (const { labels, status } of during.filter((each) => each.labels['alertname'] === name)) {
      assert.deepEqual(status.inhibitedBy, [page?.fingerprint], JSON.stringify(labels));
    }
  }
  assert.deepEqual(pagesOf(receivers, 'payment'), [ONE_PAGE]);
  assert.deepEqual(errors, []);

  const isDown = (alerts: readonly ManagedAlert[]): boolean => namesOf(alerts).includes('MeshladderDown');
  const patience = { withinMs: 150_000, everyMs: 500 };
  const after = await until(() => alertmanager.alerts(), isDown, 'MeshladderDown', patience);
  assert.deepEqual(ofPayment(after), []);
  const notInhibited = (await alertmanager.alerts({ inhibited: 'false' })).filter(
    ({ labels }) => labels['severity'] === 'critical',
  );
  assert.deepEqual(namesOf(notInhibited), ['MeshladderDown']);
});

/** Looks each second, until the signal. */
async function watch(alertmanager: AlertmanagerServer, looks: Looks, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    looks.push(ofPayment(await alertmanager.alerts()));
    await sleep(1000, undefined, { signal }).catch(() => undefined);
  }
}

function ofPayment(alerts: readonly ManagedAlert[]): readonly ManagedAlert[] {
  return alerts.filter(
    ({ labels }) =>
      labels['proxy_namespace'] === 'payment' &&
      !/^IstioResponseFlag|^IstioFlag|^IstioAuth|^IstioRequests/.test(labels['alertname'] ?? ''),
  );
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
