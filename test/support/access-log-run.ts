import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { epochSeconds } from '../../src/model/brand.ts';
import type { KnownServices } from '../../src/model/known-services.ts';
import type { LineResult, Traffic } from '../../src/model/traffic.ts';
import { createHostTally } from '../../src/sources/access-log/host-tally.ts';
import { openScanner } from '../../src/sources/access-log/open-scanner.ts';
import { createReferenceScanner } from '../../src/sources/access-log/reference-scanner.ts';
import { type AccessLogSource, createAccessLogSource, type LogPlace } from '../../src/sources/access-log/source.ts';
import { createTally } from '../../src/sources/access-log/tally.ts';
import type { PollReport } from '../../src/sources/source.ts';
import { createHandScheduler } from './hand-scheduler.ts';
import { recordLog } from './record-log.ts';

/** A running access-log source whose rounds come when the test says so, on a clock that the test moves. */
export interface AccessLogRun {
  readonly log: ReturnType<typeof recordLog>;
  readonly reports: readonly PollReport[];
  caughtUp(): boolean;
  /** Lets some seconds pass, then one round. */
  round(afterSeconds?: number): Promise<void>;
  traffic(): Traffic | undefined;
  lines(result?: LineResult): number;
  skippedBytes(): number;
  /** Ends it as SIGTERM does. */
  stop(): Promise<void>;
  /** Ends it as SIGKILL does: the checkpoint stays as it was. */
  kill(): Promise<void>;
}

export interface AccessLogRunOptions {
  readonly place: LogPlace;
  readonly checkpointDir?: string;
  /** With them, requests are counted by upstream host, too, and by the compiled scanner. */
  readonly hostsOf?: KnownServices;
}

export async function startAccessLogRun(options: AccessLogRunOptions): Promise<AccessLogRun> {
  const log = recordLog();
  const reports: PollReport[] = [];
  const stop = new AbortController();
  const { scheduler, round: oneRound } = createHandScheduler();
  const { hostsOf } = options;
  const tally = hostsOf === undefined ? createTally() : createHostTally(createTally());
  if (hostsOf !== undefined) tally.setServices(hostsOf);
  const scanner =
    hostsOf === undefined
      ? createReferenceScanner({ format: 'auto', tally })
      : await openScanner({ format: 'auto', tally, withUpstreamHosts: true });
  const source: AccessLogSource = createAccessLogSource({ ...options, scanner: () => scanner, tally, scheduler });
  let nowMs = 0;
  let traffic: Traffic | undefined;
  const context = {
    publish: (value: Traffic) => {
      traffic = value;
    },
    report: (report: PollReport) => void reports.push(report),
    clock: { now: () => epochSeconds(1_785_575_644 + nowMs / 1000), monotonicMs: () => nowMs },
    log,
  };
  const ended = source.run(context, stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await ended;
  };
  const intakes = () => traffic?.intake ?? [];
  return {
    log,
    reports,
    caughtUp: source.caughtUp,
    async round(afterSeconds = 1) {
      nowMs += afterSeconds * 1000;
      await oneRound();
    },
    traffic: () => traffic,
    lines: (result = 'access') => intakes().reduce((sum, { lines }) => sum + lines[result], 0),
    skippedBytes: () => intakes().reduce((sum, { skippedBytes }) => sum + skippedBytes, 0),
    stop: end,
    async kill() {
      const file = join(options.checkpointDir ?? '', 'access-log.json');
      const kept = `${file}.kept`;
      if (existsSync(file)) copyFileSync(file, kept);
      await end();
      rmSync(file, { force: true });
      if (existsSync(kept)) renameSync(kept, file);
    },
  };
}
