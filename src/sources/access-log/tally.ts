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
  /** Everything counted since the tallies began. What did not change keeps its identity. */
  traffic(): Traffic;
  /** What names and cluster IPs mean from now on; what was counted stays where it is. */
  setServices(services: KnownServices): void;
  /** Plain JSON for the checkpoint. */
  save(): SavedTally;
  /** Takes up what an earlier process counted, as `readSavedTally` (`schema.ts`) read it. */
  restore(saved: SavedTally): void;
}

export interface TallyOptions {
  /** Distinct request shapes kept apart; the rest fold into `__other__`, with their flags and codes kept. */
  readonly maxShapes?: number;
}

const DEFAULT_MAX_SHAPES = 50_000;

export function createTally({ maxShapes = DEFAULT_MAX_SHAPES }: TallyOptions = {}): TallyStore {
  let services: KnownServices = NO_SERVICES;
  let generation = 0;
  const counts: Counts = {
    shapes: createShapeCounts(maxShapes),
    intake: createIntake(),
    proxyLogs: createLogCounts(),
    xdsFailures: createLogCounts(),
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
    traffic: () => trafficOf(counts),
    setServices(next) {
      if (next.version !== services.version) generation += 1;
      services = next;
    },
    save: () => saved(counts),
    restore(from) {
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

function trafficOf({ shapes, intake, proxyLogs, xdsFailures }: Counts): Traffic {
  return {
    requests: shapes.counts(),
    proxyLogs: proxyLogs.list().map(({ word, ...rest }) => ({ ...rest, level: word })),
    xdsStreamFailures: xdsFailures.list().map(({ word, ...rest }) => ({ ...rest, reason: word })),
    intake: intake.list(),
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
