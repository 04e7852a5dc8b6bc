import { type EpochSeconds, epochSecondsFromMs } from '../../model/brand.ts';
import { type KnownServices, NO_SERVICES } from '../../model/known-services.ts';
import type { Traffic } from '../../model/traffic.ts';
import { createIntake, type Intake } from './intake.ts';
import { createLogCounts, type LogCount, type LogCounts } from './log-counts.ts';
import type { SavedTally } from './saved-tally.ts';
import type { Tally } from './scanner.ts';
import { shapeOf } from './shape.ts';
import { createShapeCounts, type ShapeCounts } from './shape-counts.ts';

/** The counters behind the scanners, and what a checkpoint keeps of them. */
export interface TallyStore extends Tally {
  /** Everything counted since the tallies began. What did not change keeps its identity, up to the whole. */
  traffic(): Traffic;
  /** What names and cluster IPs mean from now on; what was counted stays where it is. */
  setServices(services: KnownServices): void;
  /** Plain JSON for the checkpoint. */
  save(): SavedTally;
  /**
   * Adds what an earlier process counted, as `readSavedTally` (`schema.ts`) read it.
   * @throws Error the second time: it would count everything twice
   */
  restore(saved: SavedTally): void;
}

export interface TallyOptions {
  /** Distinct request shapes kept apart, half of them at most for one namespace; the rest fold (`folded-shape.ts`). */
  readonly maxShapes?: number;
  /** For tests: time stamps of lines are held against it. */
  readonly now?: () => EpochSeconds;
}

const DEFAULT_MAX_SHAPES = 50_000;
/** Workloads times levels, and times reasons. */
const MAX_LOG_COUNTS = 20_000;

export function createTally({
  maxShapes = DEFAULT_MAX_SHAPES,
  now = () => epochSecondsFromMs(Date.now()),
}: TallyOptions = {}): TallyStore {
  let services: KnownServices = NO_SERVICES;
  let generation = 0;
  let restored = false;
  const counts: Counts = {
    shapes: createShapeCounts(maxShapes),
    intake: createIntake(now),
    proxyLogs: createLogCounts(MAX_LOG_COUNTS),
    xdsFailures: createLogCounts(MAX_LOG_COUNTS),
  };
  const { shapes, intake, proxyLogs, xdsFailures } = counts;
  return {
    get generation() {
      return generation;
    },
    cell: (origin, raw) => shapes.cell(shapeOf(raw, origin, services)),
    bump(origin, cell, by) {
      shapes.add(cell, by);
      intake.lines(origin.source, 'access', by);
    },
    proxyLog(origin, { level, xdsFailure }) {
      intake.lines(origin.source, 'proxy_log', 1);
      proxyLogs.add(origin, level, 1);
      if (xdsFailure !== undefined) xdsFailures.add(origin, xdsFailure, 1);
    },
    lines: (origin, result, by) => intake.lines(origin.source, result, by),
    skipped: intake.skipped,
    newest: intake.newest,
    traffic: trafficOf(counts),
    setServices(next) {
      if (next.version !== services.version) generation += 1;
      services = next;
    },
    save: () => saved(counts),
    restore(from) {
      if (restored) throw new Error('the tallies were restored already: a second time would count everything twice');
      restored = true;
      generation += 1;
      addSaved(counts, from);
    },
  };
}

interface Counts {
  readonly shapes: ShapeCounts;
  readonly intake: Intake;
  readonly proxyLogs: LogCounts;
  readonly xdsFailures: LogCounts;
}

/** Tells the same object as long as all its parts are the same. */
function trafficOf({ shapes, intake, proxyLogs, xdsFailures }: Counts): () => Traffic {
  const levels = sameWhileSame(proxyLogs, ({ word: level, ...rest }) => ({ ...rest, level }));
  const reasons = sameWhileSame(xdsFailures, ({ word: reason, ...rest }) => ({ ...rest, reason }));
  let last: Traffic | undefined;
  return () => {
    const next = {
      requests: shapes.counts(),
      proxyLogs: levels(),
      xdsStreamFailures: reasons(),
      intake: intake.list(),
    };
    const isSame =
      last?.requests === next.requests &&
      last.proxyLogs === next.proxyLogs &&
      last.xdsStreamFailures === next.xdsStreamFailures &&
      last.intake === next.intake;
    if (last === undefined || !isSame) last = Object.freeze(next);
    return last;
  };
}

/** Converts a list of counts anew only when it has changed, and of its counts only those that have. */
function sameWhileSame<T>(counts: LogCounts, convert: (count: LogCount) => T): () => readonly T[] {
  let from: readonly LogCount[] = [];
  let to: readonly T[] = [];
  return () => {
    const list = counts.list();
    if (list === from) return to;
    const before = { from, to };
    to = list.map((count, nth) => (before.from[nth] === count ? (before.to[nth] ?? convert(count)) : convert(count)));
    from = list;
    return to;
  };
}

function saved({ shapes, intake, proxyLogs, xdsFailures }: Counts): SavedTally {
  return {
    version: 1,
    requests: shapes.counts(),
    proxyLogs: proxyLogs.list(),
    xdsFailures: xdsFailures.list(),
    intake: intake.list(),
  };
}

function addSaved({ shapes, intake, proxyLogs, xdsFailures }: Counts, from: SavedTally): void {
  for (const { shape, count } of from.requests) shapes.add(shapes.cell(shape), count);
  addLogCounts(proxyLogs, from.proxyLogs);
  addLogCounts(xdsFailures, from.xdsFailures);
  intake.restore(from.intake);
}

function addLogCounts(counts: LogCounts, from: readonly LogCount[]): void {
  for (const { proxyNamespace: namespace, workload, word, count } of from)
    counts.add({ namespace, workload }, word, count);
}
