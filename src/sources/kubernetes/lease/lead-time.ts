import type { Clock } from '../../source.ts';

/** Until when we lead. Asked at the moment of use, so that a process that was stopped for a while does not overrun it. */
export interface LeadTime {
  isRunning(): boolean;
  /** 0 where it has run out. */
  leftMs(): number;
  /** The Lease was written by a request sent then. */
  renew(sentAtMs: number): void;
  end(): void;
}

export function createLeadTime(deadlineMs: number, clock: Pick<Clock, 'monotonicMs'>): LeadTime {
  let untilMs = Number.NEGATIVE_INFINITY;
  const leftMs = (): number => Math.max(0, untilMs - clock.monotonicMs());
  return {
    isRunning: () => leftMs() > 0,
    leftMs,
    renew(sentAtMs) {
      untilMs = sentAtMs + deadlineMs;
    },
    end() {
      untilMs = Number.NEGATIVE_INFINITY;
    },
  };
}
