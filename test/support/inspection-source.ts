import type { Inspections, LookFacts } from '../../src/model/inspection.ts';
import type { SourceError } from '../../src/model/source-error.ts';
import { type AskedLooks, createAskedLooks } from '../../src/sources/inspection/asked-looks.ts';
import { createInspectionSource, type InspectionSourceOptions } from '../../src/sources/inspection/source.ts';
import type { InspectionTarget, Targets } from '../../src/sources/inspection/targets.ts';
import type { InspectionWay } from '../../src/sources/inspection/way.ts';
import type { PollReport } from '../../src/sources/source.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

/** A failure that the way can explain. */
export class TestFailure extends Error {
  readonly reason: SourceError = { code: 'refused', detail: 'nobody there' };
  readonly slows: boolean;
  readonly retryAfterMs: number;
  constructor({ slows = true, retryAfterMs = 0 }: { readonly slows?: boolean; readonly retryAfterMs?: number } = {}) {
    super('nobody there');
    this.slows = slows;
    this.retryAfterMs = retryAfterMs;
  }
}

const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

const SENT = { nonce: 'n1', sentAt: 5 };

/** An Envoy of the namespace `shop`, in sync. */
export function target(name: string, changes: Partial<InspectionTarget> = {}): InspectionTarget {
  return {
    key: `shop/${name}`,
    namespace: 'shop',
    name,
    workload: name.split('-')[0] ?? '',
    kin: 'k',
    addresses: [],
    startedAt: 0,
    verdict: 'synced',
    delivered: { clusters: SENT, listeners: SENT, routes: SENT, endpoints: SENT },
    ...changes,
  };
}

export function targetsOf(list: readonly InspectionTarget[], poll = 0): Targets {
  return { poll, list, byKey: new Map(list.map((each) => [each.key, each])) };
}

/** One exchange with an Envoy or an istiod, from when to when. */
export interface Exchange {
  readonly of: 'envoy' | 'istiod';
  readonly key: string;
  readonly fromMs: number;
  toMs: number;
}

export interface RunningSource {
  readonly time: VirtualTime;
  readonly exchanges: readonly Exchange[];
  readonly reports: readonly PollReport[];
  readonly published: readonly Inspections[];
  /** What persons ask for; the answer is who was asked. */
  readonly asked: AskedLooks<string>;
  /** Who is there, from now on; a poll each second tells the same of them. */
  set(list: readonly InspectionTarget[] | undefined): void;
  /** @throws what the source threw */
  stop(): Promise<void>;
}

interface Behaviour {
  /** Each answers when its promise is fulfilled. */
  readonly look?: (key: string, time: VirtualTime) => Promise<void>;
  readonly sentTo?: (key: string, time: VirtualTime) => Promise<void>;
  readonly facts?: (key: string, askedIstiod: boolean) => LookFacts;
}

type Options = Partial<
  Omit<InspectionSourceOptions<string, string, string>, 'way' | 'targets' | 'scheduler' | 'asked'>
>;

/** A source on virtual time, whose Envoys and istiods do as the test says. */
export function startInspectionSource(behaviour: Behaviour = {}, options: Options = {}): RunningSource {
  const time = virtualTime();
  const exchanges: Exchange[] = [];
  const [reports, published]: [PollReport[], Inspections[]] = [[], []];
  const noted = async (of: Exchange['of'], key: string, run: Behaviour['look']): Promise<string> => {
    const exchange = { of, key, fromMs: time.nowMs(), toMs: Number.POSITIVE_INFINITY };
    exchanges.push(exchange);
    try {
      await run?.(key, time);
      return key;
    } finally {
      exchange.toMs = time.nowMs();
    }
  };
  const asked = createAskedLooks<string>(time.nowMs);
  const way: InspectionWay<string, string, string> = {
    look: ({ key }) => noted('envoy', key, behaviour.look),
    sentTo: ({ key }) => noted('istiod', key, behaviour.sentTo),
    reduce: async ({ dump, sent, wantsDiff }) => ({
      facts: behaviour.facts?.(dump, sent !== undefined) ?? {},
      ...(wantsDiff && sent !== undefined && { diff: sent }),
    }),
    explain: (error) => {
      if (!(error instanceof TestFailure)) return undefined;
      const { reason, slows, retryAfterMs } = error;
      return { reason, retryAfterMs, ...(slows && { slows }) };
    },
  };
  let list: readonly InspectionTarget[] | undefined;
  const source = createInspectionSource({
    way,
    targets: () => list && targetsOf(list, Math.floor(time.nowMs() / 1000)),
    scheduler: time.scheduler,
    perMinute: 6,
    concurrency: 2,
    intervalMs: 60_000,
    timeoutMs: 60_000,
    askIstiod: true,
    asked,
    rbac: [],
    random: () => 0.5,
    ...options,
  });
  const ending = new AbortController();
  const publish = (value: Inspections): void => void published.push(value);
  const report = (value: PollReport): void => void reports.push(value);
  // Begins once the test has said who is there.
  const context = { publish, report, clock: time.clock, log: SILENT };
  const running = Promise.resolve().then(() => source.run(context, ending.signal));
  // A test may look at it only when it stops.
  running.catch(() => undefined);
  return {
    time,
    exchanges,
    reports,
    published,
    asked,
    set: (next) => {
      list = next;
    },
    stop: () => {
      ending.abort();
      return running;
    },
  };
}
