import type { Inspections } from '../../model/inspection.ts';
import type { RbacNeed, Scheduler, Source, SourceContext } from '../source.ts';
import type { AskedLooks } from './asked-looks.ts';
import { createInspector } from './inspector.ts';
import type { Targets } from './targets.ts';
import type { InspectionWay } from './way.ts';

export interface InspectionSourceOptions<Dump, Sent, Diff = unknown> {
  readonly way: InspectionWay<Dump, Sent, Diff>;
  /** Who can be looked into; undefined while that is not known. */
  readonly targets: () => Targets | undefined;
  readonly scheduler: Scheduler;
  /** Looks begun in any minute. */
  readonly perMinute: number;
  /** Looks at the same time, never two into one proxy. */
  readonly concurrency: number;
  /** The same proxy is not looked into more often. */
  readonly intervalMs: number;
  /** For one look. */
  readonly timeoutMs: number;
  readonly askIstiod: boolean;
  /** What persons ask for; absent where nobody can. */
  readonly asked?: AskedLooks<Diff>;
  readonly rbac: readonly RbacNeed[];
  /** 0..1, for the jitter of pauses. Default `Math.random`. */
  readonly random?: () => number;
}

const TICK_MS = 1_000;
const SHORTEST_TICK_MS = 50;

/**
 * What Envoys hold, look by look, within a ration: so many looks a minute, so many at the same time, one question at a time to
 * the istiods, and less of all that while the API server or an istiod is in trouble.
 */
export function createInspectionSource<Dump, Sent, Diff>(
  options: InspectionSourceOptions<Dump, Sent, Diff>,
): Source<Inspections> {
  return { name: 'envoy', rbac: options.rbac, run: (context, signal) => run(options, context, signal) };
}

async function run<Dump, Sent, Diff>(
  options: InspectionSourceOptions<Dump, Sent, Diff>,
  context: SourceContext<Inspections>,
  signal: AbortSignal,
): Promise<void> {
  const inspector = createInspector({ random: Math.random, ...options }, context, signal);
  // That nobody has been looked into is known from the start; it may stay so for long.
  context.publish({ proxies: new Map(), failed: new Map() });
  options.asked?.open();
  const intervalMs = Math.max(SHORTEST_TICK_MS, Math.min(TICK_MS, Math.ceil(60_000 / options.perMinute)));
  try {
    await options.scheduler.repeat(
      'envoy',
      () => intervalMs,
      async () => inspector.tick(),
      signal,
    );
  } finally {
    options.asked?.close();
    await inspector.ended();
  }
}
