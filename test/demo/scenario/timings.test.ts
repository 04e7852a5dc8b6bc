import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { podName, WORKLOADS, type WorkloadName } from '../../../src/demo/mesh/workloads.ts';
import { CUT_OFF, type Deed, type TimedDeed } from '../../../src/demo/scenario/deed.ts';
import type { Scenario } from '../../../src/demo/scenario/scenario.ts';
import { SCENARIOS } from '../../../src/demo/scenario/scenarios.ts';

/** The others are told after the documentation, not after a recording. */
const RECORDED = SCENARIOS.filter(({ quiet }) => quiet !== true);

interface Recorded {
  readonly at: number;
  readonly text: string;
}

function read(path: string): string {
  return readFileSync(new URL(`../../fixtures/incident/${path}`, import.meta.url), 'utf8');
}

function eventsOf({ name }: Scenario): Recorded[] {
  return read(`${name}/events.tsv`)
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [at, , text = ''] = line.split('\t');
      return { at: Number(at), text };
    });
}

function deedsOf({ acts }: Scenario): TimedDeed[] {
  return acts.flatMap(({ beats }) => beats.flatMap(({ deeds }) => deeds));
}

function find<D extends Deed['do']>(scenario: Scenario, kind: D, more: object = {}): Extract<TimedDeed, { do: D }> {
  const found = deedsOf(scenario).find(
    (deed) => deed.do === kind && Object.entries(more).every(([key, value]) => deed[key as keyof TimedDeed] === value),
  );
  assert.ok(found, `${kind} ${JSON.stringify(more)}`);
  return found as Extract<TimedDeed, { do: D }>;
}

function near(one: number, other: number, within: number, what: string): void {
  assert.ok(Math.abs(one - other) <= within, `${what}: ${one} and ${other}`);
}

for (const scenario of RECORDED) {
  const events = eventsOf(scenario);
  const at = (word: string, after = 0): number => {
    const found = events.find((event) => event.at >= after && event.text.includes(word));
    assert.ok(found, word);
    return found.at;
  };

  test(`${scenario.name}: what somebody does comes when it came`, () => {
    near(find(scenario, 'apply_policy', { policy: 'default-deny' }).at, at('BLOCK on'), 0.1, 'cut');
    near(find(scenario, 'silence').at, at('BLOCK on'), 0.1, 'silence');
    near(find(scenario, 'declare_weights').at, at('kubectl patch'), 0.1, 'VirtualService');
    near(find(scenario, 'remove_policy', { policy: 'default-deny' }).at, at('BLOCK removed'), 0.1, 'removal');
    near(find(scenario, 'route').at, at('first request answered by payment-svc-v2'), 0.1, 'canary');
  });

  test(`${scenario.name}: what syncz shows lies within the second between two of the recording's polls`, () => {
    for (const pod of CUT_OFF) {
      const name = podName(WORKLOADS[pod]);
      const seen = (word: string, deedAt: number): void => {
        const polledAt =
          events.find(({ text, at: when }) => when > 1 && text.includes(name) && text.includes(word))?.at ?? -1;
        assert.ok(deedAt <= polledAt + 0.01 && polledAt - deedAt < 1.05, `${pod} ${word}: ${deedAt}, seen ${polledAt}`);
      };
      seen('STALE', find(scenario, 'push').at);
      seen('ABSENT', find(scenario, 'disconnect', { pod }).at);
      seen('all SYNCED', find(scenario, 'reconnect', { pod }).at);
    }
    const stale = find(scenario, 'disconnect').at - find(scenario, 'push').at;
    near(stale, 10, 0.5, 'STALE is to be seen for ten seconds');
  });

  test(`${scenario.name}: the types pushed are those that were STALE`, () => {
    const recorded = events.find(({ text }) => text.includes('STALE'))?.text ?? '';
    const states = JSON.parse(recorded.slice(recorded.indexOf('{'))) as Record<string, string>;
    const short: Record<string, string> = {
      Cluster: 'cds',
      ClusterLoadAssignment: 'eds',
      Listener: 'lds',
      RouteConfiguration: 'rds',
    };
    const stale = Object.entries(states)
      .filter(([, state]) => state === 'STALE')
      .map(([type]) => short[type]);
    assert.deepEqual([...find(scenario, 'push').types].sort(), stale.sort());
  });

  test(`${scenario.name}: every line of the proxies stands at its recorded moment, in its order`, () => {
    const start = Date.parse(`2026-11-21T${read(`${scenario.name}/events.tsv`).split('\t')[1]}Z`);
    const recorded = CUT_OFF.flatMap((pod) => linesOf(scenario, pod, start)).sort((one, other) => one.at - other.at);
    const own = deedsOf(scenario)
      .flatMap((deed) => lineOf(deed))
      .sort((one, other) => one.at - other.at);
    assert.equal(own.length, recorded.length);
    for (const pod of CUT_OFF) {
      const of = (lines: readonly Line[]): Line[] => lines.filter((line) => line.pod === pod);
      assert.deepEqual(
        of(own).map(({ kind }) => kind),
        of(recorded).map(({ kind }) => kind),
        pod,
      );
      for (const [index, line] of of(own).entries())
        near(line.at, of(recorded)[index]?.at ?? -1, 0.06, `${pod} ${line.kind}`);
    }
  });

  test(`${scenario.name}: acts follow each other, and none reaches into the next`, () => {
    for (const [index, act] of scenario.acts.entries()) {
      const moments = act.beats.flatMap((beat) => [beat.at, ...beat.deeds.map((deed) => deed.at)]);
      const next = scenario.acts[index + 1]?.beats[0];
      const end = next === undefined ? scenario.endsAt : Math.min(next.at, ...next.deeds.map((deed) => deed.at));
      assert.ok(Math.max(...moments) <= end, act.name);
      assert.ok(
        act.beats.every((beat) => beat.expects.length > 0),
        act.name,
      );
    }
    assert.equal(scenario.acts[0]?.name, 'healthy');
  });

  test(`${scenario.name}: the policies last applied can be told apart by the second`, () => {
    const deny = find(scenario, 'apply_policy', { policy: 'default-deny' });
    const allow = find(scenario, 'apply_policy', { policy: 'allow-same-namespace' });
    assert.ok(deny.at > allow.at && (deny.apartMs ?? 0) >= 1000);
  });
}

interface Line {
  readonly pod: WorkloadName;
  readonly at: number;
  readonly kind: 'lost' | 'failing' | 'back';
}

const FILES: Partial<Record<WorkloadName, string>> = {
  checkout: 'checkout',
  paymentV1: 'payment-svc-v1',
  paymentV2: 'payment-svc-v2',
};

function linesOf({ name }: Scenario, pod: WorkloadName, startMs: number): Line[] {
  return read(`${name}/${FILES[pod]}.istio-proxy.without-accesslog.log`)
    .split('\n')
    .flatMap((line) => {
      const kind = line.includes('upstream terminated') ? 'lost' : line.includes('closed since') ? 'failing' : 'back';
      if (!/upstream terminated|closed since|connected to delta/.test(line)) return [];
      return [{ pod, kind, at: (Date.parse(line.slice(0, 27)) - startMs) / 1000 } as const];
    });
}

function lineOf(deed: TimedDeed): Line[] {
  if (deed.do === 'log_lost') return [{ pod: deed.pod, at: deed.at, kind: 'lost' }];
  if (deed.do === 'log_failing') return [{ pod: deed.pod, at: deed.at, kind: 'failing' }];
  return deed.do === 'reconnect' ? [{ pod: deed.pod, at: deed.at, kind: 'back' }] : [];
}

test('in drop-egress-only nothing may say that the canary gets nothing', () => {
  const egress = SCENARIOS.find(({ name }) => name === 'drop-egress-only');
  const expects = egress?.acts.slice(1).flatMap(({ beats }) => beats.flatMap((beat) => beat.expects)) ?? [];
  const canary = expects.filter(({ text }) => text.includes('subset="v2"'));
  assert.ok(canary.length >= 2);
  assert.ok(canary.every(({ text }) => text.endsWith('>= 1')));
});
