import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDPOINTS } from '../../src/demo/incidents/endpoints.ts';
import { NONE } from '../../src/demo/incidents/none.ts';
import { ROUTES } from '../../src/demo/incidents/routes.ts';
import { STUCK } from '../../src/demo/incidents/stuck.ts';
import type { Expectation } from '../../src/demo/scenario/expectation.ts';
import type { Scenario } from '../../src/demo/scenario/scenario.ts';
import { LADDER } from '../../src/rungs/index.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import { MAIN } from '../demo/demo-run.ts';
import { startPlaying } from '../demo/play-here.ts';
import { ALERTING_TOOLS } from '../support/alerting-tools.ts';
import { startAlertmanager } from '../support/alertmanager-server.ts';
import { startPrometheus } from '../support/prometheus-server.ts';
import { type Receivers, startReceivers } from '../support/receivers.ts';
import { scaledRuleFiles } from '../support/scaled-rules.ts';
import { actOf, untilTrue } from '../support/story.ts';

const { prometheus: prometheusBinary, alertmanager: alertmanagerBinary, skip } = ALERTING_TOOLS;

const SPEED = 5;
/** Durations of rules are so many times as short: five minutes are eight scrapes, and a busy machine misses some. */
const FACTOR = 40;
/** The demo writes lines five times as fast at most. */
const TRAFFIC = 5;

/** What is said of the demo's mesh all the while, by labels that tell it; nobody is paged for it. */
const KNOWN_OF_OLD: Readonly<Record<string, RegExp>> = {
  // reviews-v2 refuses a listener; ratings-v1 is slow again and again, and the slower the busier the machine is.
  IstioProxyConfigRejected: /reviews-v2/,
  IstioProxyOutOfSync: /reviews-v2|ratings-v1/,
  IstioProxyStale: /ratings-v1/,
  // It is older than the injector.
  IstioProxyNotInjected: /stickers-v1/,
  // An API server sends a bookmark a minute, however fast the demo is played: the rule is forty times as impatient.
  MeshladderSourceStale: /"source":"kubernetes"/,
};

/** The longest that a rule waits before it reaches a person, in the time of the test. */
function longestWaitMs(): number {
  const seconds = ruleGroups(LADDER)
    .flatMap(({ rules }) => rules.alerts)
    .filter(({ severity }) => severity !== 'info')
    .map(({ for: wait }) => Number.parseInt(wait, 10) * (wait.endsWith('h') ? 3600 : 60));
  return (Math.max(...seconds) * 1000) / FACTOR;
}

/** What becomes known of a run. */
interface Told {
  readonly receivers: Receivers;
  /** When Prometheus began, by performance.now(). */
  sinceMs: number;
}

/** Each notification of a receiver by the alert that it is about. */
function told({ receivers }: Told, receiver: string, status: 'firing' | 'resolved'): readonly string[] {
  return receivers.notifications
    .filter((each) => each.receiver === receiver && each.status === status)
    .flatMap(({ alerts }) => alerts.slice(0, 1))
    .filter(isNews)
    .map(({ labels }) => labels['alertname'] ?? '');
}

function isNews({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean {
  return KNOWN_OF_OLD[labels['alertname'] ?? '']?.test(JSON.stringify(labels)) !== true;
}

function reaches(
  run: Told,
  receiver: string,
  alertname: string,
  status: 'firing' | 'resolved' = 'firing',
): Expectation {
  const all = (): readonly string[] => told(run, receiver, status);
  return untilTrue(
    `${receiver} is told that ${alertname} is ${status}`,
    () => all().includes(alertname),
    () => all().join(', '),
  );
}

function story(run: Told, waitMs: number): Scenario {
  const well = untilTrue(
    'nobody is paged',
    () => performance.now() - run.sinceMs > waitMs && told(run, 'pager', 'firing').length === 0,
    () => told(run, 'pager', 'firing').join(', '),
  );
  return {
    name: 'alerts',
    about: 'one after the other',
    quiet: true,
    endsAt: 0,
    acts: [
      actOf(NONE, 'well', well),
      actOf(STUCK, 'hangs', reaches(run, 'ticket', 'IstioProxyStale')),
      actOf(STUCK, 'restarted'),
      actOf(ROUTES, 'unmatched', reaches(run, 'pager', 'IstioResponseFlagSpikeNR')),
      actOf(ROUTES, 'matched', reaches(run, 'pager', 'IstioResponseFlagSpikeNR', 'resolved')),
      actOf(ENDPOINTS, 'empty', reaches(run, 'pager', 'IstioResponseFlagSpikeUH')),
      actOf(ENDPOINTS, 'mended', reaches(run, 'pager', 'IstioResponseFlagSpikeUH', 'resolved')),
    ],
  };
}

test('a mesh that is well pages nobody; a proxy that hangs is a ticket; NR and UH are one page each, and over when they are', {
  skip,
  timeout: 500_000,
}, async (context) => {
  const receivers = await startReceivers();
  context.after(() => receivers.stop());
  const alertmanager = await startAlertmanager(alertmanagerBinary!, receivers.url);
  context.after(() => alertmanager.stop());
  const run: Told = { receivers, sinceMs: Number.POSITIVE_INFINITY };
  const scenario = story(run, longestWaitMs());
  const { target, ended, said } = await startPlaying(context, { scenario, speed: SPEED, script: MAIN });
  const prometheus = await startPrometheus(prometheusBinary!, {
    target,
    ruleFiles: scaledRuleFiles(context, { factor: FACTOR, traffic: TRAFFIC }),
    alertmanager: new URL(alertmanager.url).host,
  });
  context.after(() => prometheus.stop());
  run.sinceMs = performance.now();
  // As things stand before the exporter is ended: that it is gone is worth a page within seconds here.
  await said(/log lines were written/);
  const standing = (await alertmanager.alerts()).filter(isNews);
  const [pages, tickets] = [told(run, 'pager', 'firing'), told(run, 'ticket', 'firing')];
  const { missed } = await ended;
  // Whether each line was counted is the demo's own test.
  assert.deepEqual(
    missed.filter((each) => each.startsWith('+')),
    [],
  );
  assert.deepEqual(pages, ['IstioResponseFlagSpikeNR', 'IstioResponseFlagSpikeUH']);
  assert.deepEqual(
    tickets.filter((name) => name !== 'IstioProxyOutOfSync'),
    ['IstioProxyStale'],
  );
  const texts = receivers.notifications
    .flatMap(({ alerts }) => alerts)
    .map(({ annotations }) => annotations['description']);
  for (const words of [
    /^details-v1-\S+\.bookinfo is connected to istiod and has not acknowledged what it was sent/,
    /% of the requests through checkout-v1\.payment carry NR /,
    /% of outbound requests to payment-svc\.payment\.svc\.cluster\.local carry UH /,
  ]) {
    assert.ok(
      texts.some((text) => words.test(text ?? '')),
      String(words),
    );
  }
  assert.deepEqual(standing, []);
  assert.deepEqual(await prometheus.ruleErrors(), []);
});
