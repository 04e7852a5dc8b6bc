import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findTool } from '../../scripts/find-tool.ts';
import { MTLS } from '../../src/demo/incidents/mtls.ts';
import { STUCK } from '../../src/demo/incidents/stuck.ts';
import { DRIFT } from '../../src/demo/scenario/drift.ts';
import { DROP } from '../../src/demo/scenario/drop.ts';
import { LOGGING } from '../../src/demo/scenario/logging.ts';
import type { Scenario } from '../../src/demo/scenario/scenario.ts';
import { MAIN } from '../demo/demo-run.ts';
import { startPlaying } from '../demo/play-here.ts';
import { DASHBOARD_FILES, panelsOf } from '../support/dashboard-files.ts';
import { filledIn } from '../support/dashboard-queries.ts';
import { type PrometheusServer, startPrometheus } from '../support/prometheus-server.ts';
import { scaledRuleFiles } from '../support/scaled-rules.ts';
import { actOf, untilTrue } from '../support/story.ts';

const binary = findTool('prometheus');
const skip = binary === undefined ? 'no Prometheus here: `node scripts/test-tools.ts` tries to get one' : false;

const SPEED = 5;
/** Rules wait so many times as short, so that alerts are there to be shown. */
const FACTOR = 40;

/** Panels that have nothing to show in these incidents, and why that is right. */
const NOTHING_TO_SHOW: Readonly<Record<string, string>> = {
  'Endpoints acknowledged': 'istiods of 1.30 do not tell it',
  'Errors in five minutes, by source and reason': 'every source of the demo answers',
  'Web configuration taken': 'the demo serves without one',
  'Who leads': 'the exporter of the demo is alone',
  'Series that were folded away, in five minutes': 'the mesh of the demo is far below the limits',
};

interface Query {
  readonly name: string;
  readonly expr: string;
}

/** What panels and variables ask; but for lines that are there only while there is nothing else. */
const QUERIES: readonly Query[] = DASHBOARD_FILES.flatMap((file) => [
  ...panelsOf(file).flatMap(({ title, targets = [] }) =>
    targets
      .filter(({ legendFormat }) => legendFormat !== 'none' && NOTHING_TO_SHOW[title] === undefined)
      .map(({ expr }, nth) => ({ name: `${file.uid}: ${title} (${nth})`, expr: filledIn(expr) })),
  ),
  ...file.templating.list.flatMap(({ name, query }) => {
    const [, selector, label] =
      /^label_values\((.*), (\w+)\)$/.exec(typeof query === 'string' ? '' : query.query) ?? [];
    return selector === undefined
      ? []
      : [{ name: `${file.uid}: variable ${name}`, expr: `group by (${label}) (${filledIn(selector)})` }];
  }),
]);
/** These may have no answer, but must be right all the same. */
const MAY_BE_EMPTY: readonly string[] = DASHBOARD_FILES.flatMap((file) => [
  ...panelsOf(file).flatMap(({ targets = [] }) => targets.map(({ expr }) => filledIn(expr))),
  ...file.annotations.list.map(({ expr }) => filledIn(expr)),
]);

/** Several incidents, until every panel has shown something: some do in one act, and some in another. */
function incidents(stillEmpty: () => readonly string[]): Scenario {
  const shown = untilTrue(
    'every panel shows something',
    () => stillEmpty().length === 0,
    () => stillEmpty().join('; '),
  );
  return {
    name: 'all',
    about: 'one thing after the other',
    endsAt: 0,
    acts: [
      actOf(DROP, 'healthy'),
      actOf(DRIFT, 'drift'),
      actOf(STUCK, 'hangs'),
      actOf(MTLS, 'conflict'),
      actOf(LOGGING, 'left_on'),
      ...['policy', 'push', 'gone', 'lost'].map((name) => actOf(DROP, name)),
      actOf(DROP, 'failing', shown),
    ],
  };
}

test('a real Prometheus scrapes the demo: no panel is empty during the incidents, no rule and no query fails', {
  skip,
  timeout: 500_000,
}, async (context) => {
  const empty = new Map(QUERIES.map(({ name, expr }) => [name, expr]));
  const scenario = incidents(() => [...empty.keys()]);
  const { target, ended } = await startPlaying(context, { scenario, speed: SPEED, script: MAIN });
  const prometheus = await startPrometheus(binary!, {
    target,
    ruleFiles: scaledRuleFiles(context, { factor: FACTOR, traffic: SPEED }),
  });
  context.after(() => prometheus.stop());
  const over = new AbortController();
  await Promise.all([ended.finally(() => over.abort()), watch(prometheus, empty, over.signal)]);
  assert.deepEqual([...empty.keys()], []);
  for (const expr of MAY_BE_EMPTY) await prometheus.query(expr);
  assert.deepEqual(await prometheus.ruleErrors(), []);
});

/** Asks again what was empty, until the signal. */
async function watch(prometheus: PrometheusServer, empty: Map<string, string>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const [name, expr] of empty) if ((await prometheus.query(expr)).length > 0) empty.delete(name);
    await sleep(1000, undefined, { signal }).catch(() => undefined);
  }
}
