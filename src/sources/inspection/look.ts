import type { LookFacts, Replicas } from '../../model/inspection.ts';
import { withDeadline } from '../with-deadline.ts';
import type { IstiodTurns } from './istiod-turns.ts';
import type { InspectionTarget } from './targets.ts';
import { type Explained, explainFailure, type InspectionWay } from './way.ts';

/** How one look ended. */
export interface LookOutcome<Diff = unknown> {
  /** What went wrong on the way to istiod: the look may have succeeded all the same. */
  readonly istiod?: Explained;
  readonly result: { readonly facts: LookFacts; readonly diff?: Diff } | { readonly failed: Explained };
}

export interface LookOptions<Dump, Sent, Diff> {
  readonly way: InspectionWay<Dump, Sent, Diff>;
  /** For what the Envoy tells, and again for what istiod does. */
  readonly timeoutMs: number;
  readonly istiods: IstiodTurns;
  readonly siblings: Replicas;
  readonly wantsDiff: boolean;
}

/** Reading fifty megabytes takes seconds, on a busy machine a minute. */
const REDUCE_MS = 60_000;

type Tried<T> = { readonly value: T } | { readonly failed: Explained };

/** Asks an Envoy, then its istiod. @throws the signal's reason; what cannot be explained */
export async function lookInto<Dump, Sent, Diff>(
  target: InspectionTarget,
  { way, timeoutMs, istiods, siblings, wantsDiff }: LookOptions<Dump, Sent, Diff>,
  signal: AbortSignal,
): Promise<LookOutcome<Diff>> {
  const name = `${target.name}.${target.namespace}`;
  const attempt = async <T>(what: string, afterMs: number, run: (own: AbortSignal) => Promise<T>): Promise<T> =>
    withDeadline({ what: `${what} ${name}`, afterMs, signal }, run);
  const tried = <T>(run: () => Promise<T>): Promise<Tried<T>> => tryIt(run, way, signal);

  const dump = await tried(() => attempt('looking into the Envoy of', timeoutMs, (own) => way.look(target, own)));
  if ('failed' in dump) return { result: dump };
  const sent = await tried(() =>
    istiods.take(target, wantsDiff, () => attempt('asking istiod of', timeoutMs, (own) => way.sentTo(target, own))),
  );
  const answers = { target, siblings, wantsDiff, dump: dump.value, sent: 'value' in sent ? sent.value : undefined };
  const told = await tried(() => attempt('reading the answers of', REDUCE_MS, (own) => way.reduce(answers, own)));
  // What was read and makes no sense is of this proxy alone.
  if ('failed' in told) return { ...istiodTrouble(sent), result: { failed: { reason: told.failed.reason } } };
  const { istiod, ...result } = told.value;
  return { ...(istiod === undefined ? istiodTrouble(sent) : { istiod: { reason: istiod } }), result };
}

function istiodTrouble(sent: Tried<unknown>): Pick<LookOutcome, 'istiod'> {
  return 'failed' in sent ? { istiod: sent.failed } : {};
}

async function tryIt<T>(
  run: () => Promise<T>,
  way: Pick<InspectionWay<unknown, unknown>, 'explain'>,
  signal: AbortSignal,
): Promise<Tried<T>> {
  try {
    return { value: await run() };
  } catch (error) {
    signal.throwIfAborted();
    const failed = explainFailure(way, error);
    if (failed === undefined) throw error;
    return { failed };
  }
}
