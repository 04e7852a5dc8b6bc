import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_LOG_LEVEL, type LoggerChange } from '../model/envoy-loggers.ts';
import type { PodName } from './config-pod-name.ts';
import { type Io, UserError } from './io.ts';
import { type LiveMesh, reasonOf } from './kube-session.ts';
import { withProgress } from './progress.ts';

/** The Envoy whose loggers are changed. */
export interface ChangedEnvoy {
  readonly mesh: LiveMesh;
  readonly pod: PodName;
  readonly io: Io;
}

/** A network that is away for a moment must not leave a proxy at debug. */
const PUT_BACK_PAUSES_MS = [0, 1_000, 4_000];
const MANY = 12;

/**
 * Changes levels. Not to be interrupted: it takes a moment, and half of it is worse.
 * @throws UserError where Envoy did otherwise; with a reason where it was not reached
 */
export async function changeLevels(
  { mesh, pod, io }: ChangedEnvoy,
  changes: readonly LoggerChange[],
): Promise<readonly LoggerChange[]> {
  const wanted = changes.map(({ name, after }) => ({ name, level: after }));
  const now = await withProgress(io, `setting loggers of ${podText(pod)}`, () =>
    mesh.admin.setLevels(pod, wanted, new AbortController().signal),
  );
  const levels = new Map(now.map(({ name, level }) => [name, level]));
  const wrong = changes.find(({ name, after }) => levels.get(name) !== after);
  if (wrong === undefined) return changes;
  const { name } = wrong;
  throw new UserError(`the Envoy of ${podText(pod)} did not do it: ${name} is ${levels.get(name) ?? 'not there'}`);
}

/** @returns whether no logger is left as we set it */
export async function putBack(envoy: ChangedEnvoy, changes: readonly LoggerChange[]): Promise<boolean> {
  const { pod, io } = envoy;
  const back = changes.map(({ name, before, after }) => ({ name, before: after, after: before }));
  let failed = '';
  for (const pause of PUT_BACK_PAUSES_MS) {
    await sleep(pause);
    const failure = await failureOf(changeLevels(envoy, back));
    if (failure === undefined) note(io, `put back:\n${changeList(back)}`);
    else if (failure.gone) note(io, `${podText(pod)} is gone, and its loggers with it`);
    if (failure === undefined || failure.gone) return true;
    failed = failure.detail;
  }
  note(io, `NOT put back: ${failed}\nDo it later:\n${putBackCommands(pod, changes)}`);
  return false;
}

interface Failure {
  readonly gone: boolean;
  readonly detail: string;
}

async function failureOf(work: Promise<unknown>): Promise<Failure | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    const failure = toldFailure(error);
    if (failure === undefined) throw error;
    return failure;
  }
}

/** What went wrong on the way, or with Envoy; undefined where it is neither. */
export function toldFailure(error: unknown): Failure | undefined {
  const reason = reasonOf(error);
  if (reason !== undefined) return { gone: reason.code === 'not_found', detail: reason.detail };
  return error instanceof UserError ? { gone: false, detail: error.message } : undefined;
}

/** The commands that make it as it was. */
export function putBackCommands(pod: PodName, changes: readonly LoggerChange[]): string {
  const command = `  meshladder config log ${podText(pod)} --level`;
  const list = (some: readonly LoggerChange[]): string => some.map(({ name, before }) => `${name}:${before}`).join(',');
  if (changes.length <= MANY) return `${command} ${list(changes)}`;
  const others = changes.filter(({ before }) => before !== DEFAULT_LOG_LEVEL);
  return others.length === 0 ? `${command} default` : `${command} default\n${command} ${list(others)}`;
}

/** As many as a person reads. */
export function changeList(changes: readonly LoggerChange[]): string {
  const more = changes.length > MANY ? [`  and ${changes.length - MANY} more`] : [];
  return [...changes.slice(0, MANY).map((change) => `  ${changeText(change)}`), ...more].join('\n');
}

export function changeText({ name, before, after }: LoggerChange): string {
  return `${name}: ${before} → ${after}`;
}

export function podText({ pod, namespace }: PodName): string {
  return `${pod}.${namespace}`;
}

export function note({ stderr }: Io, text: string): void {
  stderr.write(`meshladder: ${text}\n`);
}
