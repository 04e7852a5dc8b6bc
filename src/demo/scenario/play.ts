import { setTimeout as sleep } from 'node:timers/promises';
import type { Scrape } from '../exporter/scrape.ts';
import type { Watcher } from '../exporter/watcher.ts';
import type { ScenarioClock } from './clock.ts';
import type { TimedDeed } from './deed.ts';
import type { Performer } from './perform.ts';
import type { Act, Beat, Scenario } from './scenario.ts';
import { type Sighting, untilPolled, verify } from './verify.ts';

export interface PlayOptions {
  readonly scenario: Scenario;
  readonly clock: ScenarioClock;
  readonly perform: Performer;
  readonly watcher: Watcher;
  /** Told of each beat in its turn, once it is seen or given up. */
  readonly tell: (beat: Beat, sighting: Sighting) => void;
  /** How long two polls of istiod may take, whatever the speed. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** What the exporter did not come to show. */
export interface Unseen {
  readonly beat: Beat;
  /** Each with what it said instead. */
  readonly missed: readonly string[];
}

/** A program that has just started may take this long for everything that is always true. */
const FIRST_GRACE_MS = 15_000;

/** Plays a scenario to its end. @returns the beats that the exporter did not come to show */
export async function playScenario(options: PlayOptions): Promise<readonly Unseen[]> {
  const { scenario, clock, watcher, signal } = options;
  const before = await watcher.next();
  clock.restartAt(0);
  const unseen: Unseen[] = [];
  for (const [index, act] of scenario.acts.entries()) {
    const graceMs = index === 0 ? FIRST_GRACE_MS : 0;
    unseen.push(...(await playAct(act, { ...options, before, graceMs })));
    const next = scenario.acts[index + 1];
    if (next !== undefined) await begin(next, clock, signal);
  }
  await clock.until(scenario.endsAt, signal);
  return unseen;
}

/** Waits for an act; where the one before took longer than recorded, all that follows moves. */
async function begin(act: Act, clock: ScenarioClock, signal: AbortSignal): Promise<void> {
  const at = Math.min(...act.beats.flatMap((beat) => [beat.at, ...beat.deeds.map((deed) => deed.at)]));
  await clock.until(at, signal);
  clock.restartAt(at);
}

interface ActOptions extends PlayOptions {
  readonly before: Scrape;
  readonly graceMs: number;
}

type Moment = { readonly at: number; readonly deed: TimedDeed } | { readonly at: number; readonly beat: Beat };

async function playAct(act: Act, options: ActOptions): Promise<readonly Unseen[]> {
  const { clock, watcher, perform, patienceMs, signal } = options;
  const looks: Promise<readonly [Beat, Sighting]>[] = [];
  for (const moment of momentsOf(act)) {
    await clock.until(moment.at, signal);
    if ('beat' in moment) {
      looks.push(look(moment.beat, looks.at(-1), options));
      continue;
    }
    if (moment.deed.apartMs !== undefined) {
      await sleep(moment.deed.apartMs, undefined, { signal });
      clock.restartAt(moment.at);
    }
    perform(moment.deed);
  }
  const seen = await Promise.all(looks);
  const last = seen.at(-1);
  if (last !== undefined) await untilPolled(watcher, last[1], patienceMs);
  return seen.flatMap(([beat, sighting]) => (sighting.seen ? [] : [{ beat, missed: sighting.missed }]));
}

/** Looks for a beat now, and tells of it behind the one before. */
function look(
  beat: Beat,
  before: Promise<unknown> | undefined,
  { watcher, before: first, graceMs, patienceMs, tell }: ActOptions,
): Promise<readonly [Beat, Sighting]> {
  const looking = verify({ watcher, before: first, expects: beat.expects, graceMs, patienceMs });
  const told = Promise.all([looking, before]).then(([sighting]) => {
    tell(beat, sighting);
    return [beat, sighting] as const;
  });
  // Where the play is broken off meanwhile, nobody waits for this any more.
  told.catch(() => undefined);
  return told;
}

/** Deeds and beats in their order; at the same moment the deeds come first, for they are what the beat is about. */
function momentsOf({ beats }: Act): readonly Moment[] {
  const moments = beats.flatMap((beat): Moment[] => [
    ...beat.deeds.map((deed) => ({ at: deed.at, deed })),
    { at: beat.at, beat },
  ]);
  return moments.sort((one, other) => one.at - other.at || Number('beat' in one) - Number('beat' in other));
}
