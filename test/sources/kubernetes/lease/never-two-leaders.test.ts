import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  leaseServer,
  type Replica,
  type ReplicaOptions,
  seeded,
  startReplica,
  type Window,
} from '../../../support/lease-world.ts';
import { type VirtualTime, virtualTime } from '../../../support/virtual-time.ts';

const TIMING = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2000 };
const RUNS = 1000;
const RUN_MS = 75_000;

interface Told {
  /** Times at which more than one led. */
  readonly doubles: readonly string[];
  /** Who led, one after the other. */
  readonly leads: readonly string[];
  /** Share of looks at which somebody led. */
  readonly led: number;
}

/** More than a minute of up to three replicas, in which whatever can go wrong does. The same for the same seed. */
async function play(seed: number, timing = TIMING): Promise<Told> {
  const random = seeded(seed);
  const below = (most: number): number => most * random();
  const some = (most: number, longestMs: number): Window[] =>
    Array.from({ length: Math.floor(below(most + 1)) }, () => {
      const from = below(RUN_MS);
      return [from, from + below(longestMs)];
    });
  const time = virtualTime();
  const calm = random() < 0.3;
  const server = leaseServer(time, random, {
    latencyMs: calm ? 50 : below(4000),
    refused: calm ? 0 : below(0.3),
    lostThere: calm ? 0 : below(0.15),
    lostBack: calm ? 0 : below(0.15),
    stalls: some(3, 30_000),
  });
  const replicas: Replica[] = [];
  const leads: string[] = [];
  const doubles: string[] = [];
  let looks = 0;
  let led = 0;
  const look = (): void => {
    const leaders = replicas.filter((each) => each.isAlive() && each.election.leads()).map(({ identity }) => identity);
    looks += 1;
    if (leaders.length > 0) led += 1;
    if (leaders.length > 1) doubles.push(`seed ${seed} at ${Math.round(time.nowMs())} ms: ${leaders.join(' and ')}`);
  };
  const start = (): void => {
    const identity = `replica-${replicas.length}`;
    const options: ReplicaOptions = {
      identity,
      time,
      server,
      random,
      timing,
      rate: 0.98 + below(0.04),
      skewSeconds: below(200_000) - 100_000,
      pauses: some(3, 25_000),
      onLead() {
        leads.push(identity);
        look();
      },
    };
    replicas.push(startReplica(options));
  };
  const count = 2 + Math.floor(below(2));
  for (let at = 0; at < count; at += 1) start();
  const deeds = Array.from({ length: Math.floor(below(5)) }, () => ({
    atMs: below(RUN_MS),
    deed: random(),
    who: random(),
  }));
  await passWithDeeds(time, deeds, { replicas, start, look, random });
  for (const replica of replicas) replica.kill();
  return { doubles, leads, led: led / looks };
}

interface Deed {
  readonly atMs: number;
  readonly deed: number;
  readonly who: number;
}

interface Stage {
  readonly replicas: readonly Replica[];
  start(): void;
  look(): void;
  readonly random: () => number;
}

/** Lets the time pass; looks often; stops, kills and starts replicas in between. */
async function passWithDeeds(time: VirtualTime, deeds: readonly Deed[], stage: Stage): Promise<void> {
  const waiting = deeds.toSorted((one, other) => one.atMs - other.atMs);
  while (time.nowMs() < RUN_MS) {
    await time.pass(100 + 700 * stage.random());
    stage.look();
    for (let next = waiting[0]; next !== undefined && next.atMs <= time.nowMs(); next = waiting[0]) {
      waiting.shift();
      perform(next, stage);
    }
  }
}

function perform({ deed, who }: Deed, { replicas, start }: Stage): void {
  const alive = replicas.filter((each) => each.isAlive());
  const chosen = alive[Math.floor(who * alive.length)];
  if (deed < 0.4) chosen?.kill();
  else if (deed < 0.8) void chosen?.stop();
  if (alive.length < 3) start();
}

test(`never two leaders in ${RUNS} runs with slow, lost and refused requests, stalls, pauses, skewed clocks and deaths`, async () => {
  const all: Told[] = [];
  for (let seed = 1; seed <= RUNS; seed += 1) all.push(await play(seed));
  assert.deepEqual(
    all.flatMap(({ doubles }) => doubles),
    [],
  );
  // Nobody leading ever would be as safe.
  const changes = all.reduce((sum, { leads }) => sum + leads.length, 0);
  const led = all.reduce((sum, run) => sum + run.led, 0) / RUNS;
  assert.ok(changes > RUNS, `only ${changes} leads in ${RUNS} runs`);
  assert.ok(led > 0.4, `somebody led only ${Math.round(led * 100)} % of the time`);
});

test('the same runs find two leaders where a leader goes on for longer than its Lease promises', async () => {
  const doubles: string[] = [];
  for (let seed = 1; seed <= 60; seed += 1) {
    doubles.push(...(await play(seed, { ...TIMING, renewDeadlineMs: 25_000 })).doubles);
  }
  assert.notEqual(doubles.length, 0);
});
