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
  /** Told of each beat, once it is seen or given up. */
  readonly tell: (beat: Beat, sighting: Sighting) => void;
  readonly signal: AbortSignal;
}

/** A program that has just started may take this long for everything that is always true. */
const FIRST_GRACE_MS = 15_000;

/** Plays a scenario to its end. @returns the beats that the exporter did not come to show */
export async function playScenario(options: PlayOptions): Promise<readonly Beat[]> {
  const { scenario, clock, watcher, signal } = options;
  const before = await watcher.next();
  clock.restartAt(0);
  const unseen: Beat[] = [];
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

async function playAct(act: Act, options: ActOptions): Promise<readonly Beat[]> {
  const { clock, watcher, perform, signal } = options;
  const sightings: Promise<readonly [Beat, Sighting]>[] = [];
  for (const moment of momentsOf(act)) {
    await clock.until(moment.at, signal);
    if ('beat' in moment) {
      sightings.push(look(moment.beat, options));
      continue;
    }
    if (moment.deed.apartMs !== undefined) {
      await sleep(moment.deed.apartMs, undefined, { signal });
      clock.restartAt(moment.at);
    }
    perform(moment.deed);
  }
  const seen = await Promise.all(sightings);
  const last = seen.at(-1);
  if (last !== undefined) await untilPolled(watcher, last[1]);
  return seen.filter(([, sighting]) => !sighting.seen).map(([beat]) => beat);
}

async function look(beat: Beat, { watcher, before, graceMs, tell }: ActOptions): Promise<readonly [Beat, Sighting]> {
  const sighting = await verify({ watcher, before, expects: beat.expects, graceMs });
  tell(beat, sighting);
  return [beat, sighting];
}

/** Deeds and beats in their order; at the same moment the deeds come first, for they are what the beat is about. */
function momentsOf({ beats }: Act): readonly Moment[] {
  const moments = beats.flatMap((beat): Moment[] => [
    ...beat.deeds.map((deed) => ({ at: deed.at, deed })),
    { at: beat.at, beat },
  ]);
  return moments.sort((one, other) => one.at - other.at || Number('beat' in one) - Number('beat' in other));
}
