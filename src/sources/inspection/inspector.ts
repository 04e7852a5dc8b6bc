import type { Inspections, Replicas } from '../../model/inspection.ts';
import type { SourceContext } from '../source.ts';
import { createIstiodTurns } from './istiod-turns.ts';
import { lookInto } from './look.ts';
import { createInspectionMemory } from './memory.ts';
import { pickTarget } from './pick.ts';
import { createRation } from './ration.ts';
import { createReporter } from './reporter.ts';
import type { InspectionSourceOptions } from './source.ts';
import type { InspectionTarget, Targets } from './targets.ts';
import { createUnderWay } from './under-way.ts';
import { createWaitingRoom } from './waiting-room.ts';
import { rationOutcome } from './way.ts';

/** Looks as they fall due. */
export interface Inspector {
  /** Tells what has settled, and starts what may start. @throws what a look threw that cannot be explained */
  tick(): void;
  /** Resolves when no look is under way. */
  ended(): Promise<void>;
}

type Options<Dump, Sent, Diff> = InspectionSourceOptions<Dump, Sent, Diff> & { readonly random: () => number };

export function createInspector<Dump, Sent, Diff>(
  options: Options<Dump, Sent, Diff>,
  { publish, report, clock }: SourceContext<Inspections>,
  signal: AbortSignal,
): Inspector {
  const nowMs = (): number => clock.monotonicMs();
  const ration = createRation(options);
  const memory = createInspectionMemory();
  const room = createWaitingRoom();
  const reporter = createReporter(report);
  const istiods = createIstiodTurns({ ...options, nowMs });
  const underWay = createUnderWay(signal);
  let turn = 0;
  const publishLooks = (): void => publish(memory.inspections(clock.now()));

  async function inspect(target: InspectionTarget, siblings: Replicas, wantsDiff: boolean): Promise<void> {
    const [startedMs, at] = [nowMs(), clock.now()];
    const outcome = await lookInto(target, { ...options, istiods, siblings, wantsDiff }, signal);
    const { result } = outcome;
    if ('failed' in result) {
      memory.failed(target.key, { at, detail: result.failed.reason.detail }, startedMs);
      publishLooks();
    } else {
      const look = { ...result.facts, ...namesOf(target), at };
      room.enter({ target, look, startedMs, endedMs: nowMs(), poll: options.targets()?.poll });
    }
    ration.end(nowMs(), rationOutcome('failed' in result ? result.failed : undefined));
    reporter.ended(outcome);
    if (wantsDiff) options.asked?.ended(outcome, at);
  }

  function start(target: InspectionTarget, targets: Targets, wantsDiff: boolean): void {
    turn += 1;
    ration.start(nowMs());
    memory.begun(target.key, nowMs());
    if (wantsDiff) options.asked?.begun();
    underWay.add(target.key, inspect(target, siblingsOf(target, targets), wantsDiff));
  }

  return {
    tick() {
      underWay.throwIfBroken();
      const targets = options.targets();
      const news = [room.release(targets, memory, nowMs()), targets !== undefined && memory.forget(targets)];
      if (news.includes(true)) publishLooks();
      const wanted = options.asked?.waiting(targets, underWay.keys());
      if (targets === undefined || !ration.admits(nowMs()) || wanted === 'later') return;
      const busy = new Set([...underWay.keys(), ...room.waiting.keys()]);
      const chosen = { attempts: memory.attempts, busy, nowMs: nowMs(), intervalMs: options.intervalMs, turn };
      const target = wanted ?? pickTarget(targets.list, chosen);
      if (target !== undefined) start(target, targets, wanted !== undefined);
    },
    ended: underWay.ended,
  };
}

function namesOf({ namespace, name, workload, kin }: InspectionTarget) {
  return { namespace, name, workload, kin };
}

/** All replicas, the target itself among them. */
function siblingsOf({ namespace, workload }: InspectionTarget, { list }: Targets): Replicas {
  const same = list.filter((each) => each.namespace === namespace && each.workload === workload);
  return { pods: same.map(({ name }) => name), addresses: same.flatMap(({ addresses }) => addresses) };
}
