import { debugLines } from '../envoy/debug-lines.ts';
import type { CanaryWeights } from '../mesh/istio-objects.ts';
import type { DemoProxy } from '../mesh/mesh.ts';
import type { WorkloadName } from '../mesh/workloads.ts';
import { type AccessLine, jsonLine, textLine } from './access-line.ts';
import { createTraffic, type PaymentFare } from './generator.ts';

/** The traffic of the mesh, written into the logs as it flows. */
export interface Traffic {
  start(): void;
  /** From now on checkout's Envoy divides by these weights; the next request shows it. */
  route(weights: CanaryWeights): void;
  /** From now on checkout's requests to payment-svc fare so; `{}`: as usual. */
  payments(fare: PaymentFare): void;
  /** Every kind of fault has been played this often since the start. */
  rounds(): number;
  /** Stops, and writes what the Envoys still hold. */
  stop(): void;
}

export interface TrafficOptions {
  readonly proxies: ReadonlyMap<WorkloadName, DemoProxy>;
  /** How much faster than in the recording; bounded, for lines cost both sides something. */
  readonly speed: number;
  /** Whether other things go wrong as well, of every kind that there is. */
  readonly faults?: boolean;
  /** The loggers of a pod's Envoy; default: none of them writes for each request. */
  readonly levels?: (pod: WorkloadName) => ReadonlyMap<string, string> | undefined;
}

/** In the recording checkout asks five times a second, and Envoy writes its log once a second. */
const TICK_MS = 200;
const FLUSH_MS = 1000;
const MOST_SPEED = 5;
/** A line of the agent's own, now and then. */
const AGENT_EVERY_FLUSHES = 30;
/** The thread that takes requests; what the others write comes from the main thread. */
const WORKER = 41;
/** Workloads whose access log is JSON. */
const JSON_LOGS: ReadonlySet<WorkloadName> = new Set(['details']);

export function startableTraffic({ proxies, speed, faults = true, levels = () => undefined }: TrafficOptions): Traffic {
  const pace = Math.min(Math.max(speed, 1), MOST_SPEED);
  const generator = createTraffic(20_261_121, faults);
  const held = new Map<WorkloadName, string[]>();
  let timers: NodeJS.Timeout[] = [];
  let flushes = 0;

  const said = (pod: WorkloadName, line: AccessLine): readonly string[] => {
    const of = levels(pod);
    return of === undefined ? [] : debugLines({ levels: of, line, thread: WORKER });
  };
  const tick = (): void => {
    for (const { pod, line } of generator.tick(Date.now())) {
      const lines = held.get(pod) ?? [];
      lines.push(...said(pod, line), written(pod, line));
      held.set(pod, lines);
    }
  };
  const flush = (): void => {
    flushes += 1;
    for (const [pod, { log, lines }] of proxies) {
      const batch = held.get(pod) ?? [];
      if (flushes % AGENT_EVERY_FLUSHES === 0) batch.push(lines.certificate(Date.now()));
      if (batch.length > 0) log.write(batch);
    }
    held.clear();
  };
  return {
    start() {
      timers = [setInterval(tick, TICK_MS / pace), setInterval(flush, FLUSH_MS / pace)];
    },
    route: generator.route,
    payments: generator.payments,
    rounds: generator.rounds,
    stop() {
      for (const timer of timers) clearInterval(timer);
      timers = [];
      flush();
    },
  };
}

function written(pod: WorkloadName, line: AccessLine): string {
  return JSON_LOGS.has(pod) ? jsonLine(line) : textLine(line);
}
