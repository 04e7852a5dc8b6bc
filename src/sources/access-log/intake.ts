import { type EpochSeconds, epochSeconds } from '../../model/brand.ts';
import { LINE_RESULTS, type LineResult, type LogIntake } from '../../model/traffic.ts';

/** What became of lines and bytes, by source. */
export interface Intake {
  lines(source: string, result: LineResult, by: number): void;
  skipped(source: string, bytes: number): void;
  newest(source: string, at: number): void;
  list(): readonly LogIntake[];
  restore(saved: readonly LogIntake[]): void;
}

interface SourceIntake {
  readonly lines: Record<LineResult, number>;
  skippedBytes: number;
  newestLineAt: EpochSeconds | undefined;
}

export function createIntake(): Intake {
  const bySource = new Map<string, SourceIntake>();
  const of = (source: string): SourceIntake => {
    const known = bySource.get(source);
    if (known !== undefined) return known;
    const lines = Object.fromEntries(LINE_RESULTS.map((result) => [result, 0])) as Record<LineResult, number>;
    const fresh = { lines, skippedBytes: 0, newestLineAt: undefined };
    bySource.set(source, fresh);
    return fresh;
  };
  const newest = (source: string, at: number): void => {
    const intake = of(source);
    if (at > (intake.newestLineAt ?? 0)) intake.newestLineAt = epochSeconds(at);
  };
  return {
    lines: (source, result, by) => {
      of(source).lines[result] += by;
    },
    skipped: (source, bytes) => {
      of(source).skippedBytes += bytes;
    },
    newest,
    list: () =>
      [...bySource].map(([source, { lines, skippedBytes, newestLineAt }]) => ({
        source,
        lines: { ...lines },
        skippedBytes,
        ...(newestLineAt !== undefined && { newestLineAt }),
      })),
    restore: (saved) => {
      for (const { source, lines, skippedBytes, newestLineAt } of saved) {
        for (const result of LINE_RESULTS) of(source).lines[result] += lines[result];
        of(source).skippedBytes += skippedBytes;
        if (newestLineAt !== undefined) newest(source, newestLineAt);
      }
    },
  };
}
