import { type EpochSeconds, epochSeconds } from '../../model/brand.ts';
import { LINE_RESULTS, type LineResult, type LogIntake } from '../../model/traffic.ts';

/** What became of lines and bytes, by source. */
export interface Intake {
  lines(source: string, result: LineResult, by: number): void;
  skipped(source: string, bytes: number): void;
  newest(source: string, at: number): void;
  /** The same list while nothing changes. */
  list(): readonly LogIntake[];
  restore(saved: readonly LogIntake[]): void;
}

interface SourceIntake {
  readonly lines: Record<LineResult, number>;
  skippedBytes: number;
  newestLineAt: EpochSeconds | undefined;
}

/** How far the clock of a node may be ahead of ours. */
const MAX_AHEAD_SECONDS = 300;

/** @param now a time stamp far ahead of it is not believed: it would hide for ever that logs have stopped */
export function createIntake(now: () => EpochSeconds): Intake {
  const bySource = new Map<string, SourceIntake>();
  let listed: readonly LogIntake[] | undefined = [];
  /** Of the source asked for last: most lines are of the same as the line before. */
  let last: { readonly source: string; readonly intake: SourceIntake } | undefined;
  const change = (source: string): SourceIntake => {
    listed = undefined;
    if (last?.source === source) return last.intake;
    const intake = bySource.get(source) ?? newIntake();
    bySource.set(source, intake);
    last = { source, intake };
    return intake;
  };
  const newest = (source: string, at: number): void => {
    if (at <= (bySource.get(source)?.newestLineAt ?? 0) || at > now() + MAX_AHEAD_SECONDS) return;
    change(source).newestLineAt = epochSeconds(at);
  };
  return {
    lines: (source, result, by) => {
      change(source).lines[result] += by;
    },
    skipped: (source, bytes) => {
      change(source).skippedBytes += bytes;
    },
    newest,
    list: () => {
      listed ??= [...bySource].map(([source, intake]) => intakeOf(source, intake));
      return listed;
    },
    restore: (saved) => {
      for (const { source, lines, skippedBytes, newestLineAt } of saved) {
        const intake = change(source);
        for (const result of LINE_RESULTS) intake.lines[result] += lines[result];
        intake.skippedBytes += skippedBytes;
        if (newestLineAt !== undefined) newest(source, newestLineAt);
      }
    },
  };
}

function newIntake(): SourceIntake {
  return {
    lines: { access: 0, unparsed: 0, proxy_log: 0, other: 0, dropped: 0 },
    skippedBytes: 0,
    newestLineAt: undefined,
  };
}

function intakeOf(source: string, { lines, skippedBytes, newestLineAt }: SourceIntake): LogIntake {
  return { source, lines: { ...lines }, skippedBytes, ...(newestLineAt !== undefined && { newestLineAt }) };
}
