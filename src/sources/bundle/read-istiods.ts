import type { EpochSeconds } from '../../model/brand.ts';
import type { ClusterObjects } from '../../model/cluster.ts';
import type { ControlPlane, Istiod, IstiodAnswer } from '../../model/control-plane.ts';
import { known, type Observed } from '../../model/observed.ts';
import type { SourceError } from '../../model/source-error.ts';
import { AskError } from '../istiod/ask-error.ts';
import { discoverIstiods } from '../istiod/discover.ts';
import { readRecorded } from '../istiod/recorded.ts';
import { BundleCut, type BundleEntry } from './entry.ts';
import type { SavedPod } from './entry-role.ts';

/** What one istiod pod had answered. */
export interface SavedAnswer {
  readonly pod: SavedPod;
  readonly answer: Pick<IstiodAnswer, 'proxies' | 'skippedRows' | 'error'>;
}

const LIMIT_BYTES = 1 << 30;

/** Reads a saved answer to `/debug/syncz`; what is wrong with it stands in it. */
export async function readSyncz(entry: BundleEntry, pod: SavedPod): Promise<readonly SavedAnswer[]> {
  try {
    const answers = await readRecorded(entry.chunks(), LIMIT_BYTES);
    return answers.map(({ proxies, skippedRows }, nth) => ({
      pod: { ...pod, name: answers.length === 1 ? pod.name : `${pod.name}#${nth + 1}` },
      answer: { proxies, ...(skippedRows > 0 && { skippedRows }) },
    }));
  } catch (error) {
    return [{ pod, answer: { proxies: [], error: answerError(error) } }];
  }
}

function answerError(error: unknown): SourceError {
  if (error instanceof AskError) return error.reason;
  if (error instanceof BundleCut) return { code: 'truncated', detail: `cut off: ${error.message}` };
  throw error;
}

/**
 * The control plane as the bundle shows it. An istiod that ran and whose answer is not in the bundle is one that cannot be
 * asked: proxies it may have served are unknown, not gone.
 */
export function controlPlaneOf(
  saved: readonly SavedAnswer[],
  { pods }: ClusterObjects,
  at: EpochSeconds,
): Observed<ControlPlane> {
  if (saved.length === 0) {
    return { state: 'failed', error: { code: 'not_found', detail: 'no answer to /debug/syncz is in the bundle' } };
  }
  const running = discoverIstiods(known(pods) ?? new Map()).map(({ istiod }) => istiod);
  const istiods = saved.map(({ pod, answer }): IstiodAnswer => {
    const { error } = answer;
    return {
      istiod: running.find((istiod) => isOf(istiod, pod)) ?? { ...pod, revision: 'default' },
      access: 'http',
      polledAt: at,
      ...(error === undefined && { answeredAt: at }),
      ...answer,
    };
  });
  return {
    state: 'fresh',
    at,
    value: { poll: 1, istiods: [...istiods, ...silentOf(running, saved).map(unasked(at))] },
  };
}

/** Loose dumps do not tell which pod answered, but there may be fewer of them than istiods. */
function silentOf(running: readonly Istiod[], saved: readonly SavedAnswer[]): readonly Istiod[] {
  if (saved.every(({ pod }) => pod.namespace !== '')) {
    return running.filter((istiod) => !saved.some(({ pod }) => isOf(istiod, pod)));
  }
  const more = running.length - saved.length;
  return more <= 0 ? [] : [{ name: `${more} more, of which no answer is known`, namespace: '', revision: 'default' }];
}

function isOf({ namespace, name }: Istiod, pod: SavedPod): boolean {
  return namespace === pod.namespace && (name === pod.name || name === `${pod.name}.${namespace}`);
}

function unasked(at: EpochSeconds): (istiod: Istiod) => IstiodAnswer {
  const error: SourceError = { code: 'not_found', detail: 'its answer to /debug/syncz is not in the bundle' };
  return (istiod) => ({ istiod, access: 'http', polledAt: at, proxies: [], error });
}
