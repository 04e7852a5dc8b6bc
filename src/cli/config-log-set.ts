import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../config/units.ts';
import type { LoggerChange } from '../model/envoy-loggers.ts';
import { canAsk, confirm } from './config-confirm.ts';
import type { DumpOrigin } from './config-dump.ts';
import { fileInstead, readFromMesh } from './config-live.ts';
import {
  type ChangedEnvoy,
  changeLevels,
  changeList,
  changeText,
  note,
  podText,
  putBack,
  putBackCommands,
  toldFailure,
} from './config-log-change.ts';
import { changesFor, type LevelOptions } from './config-log-levels.ts';
import type { ConfigOutput } from './config-options.ts';
import type { PodName } from './config-pod-name.ts';
import { configWriter } from './config-writer.ts';
import { type Io, UserError } from './io.ts';
import { withLiveMesh } from './kube-session.ts';

/** Where loggers are changed, and how that is told. */
export interface LevelTask {
  readonly origin: DumpOrigin;
  readonly options: LevelOptions;
  readonly output: ConfigOutput;
}

/** Told to stop while it waited: what it changed is put back. */
const INTERRUPTED = 130;

/**
 * Changes levels of loggers of a running Envoy, and with `--for` puts them back after a time, or when told to stop.
 * @returns the exit code
 * @throws UserError, mostly before anything is changed
 */
export async function setLevels({ origin, options, output }: LevelTask, io: Io): Promise<number> {
  if (origin.kind !== 'pod') throw new UserError('--level: changes a running proxy; leave out -f and --bundle');
  if (!options.yes && !canAsk(io)) {
    throw new UserError('--level changes a running proxy: give --yes, since nobody can be asked here');
  }
  return withLiveMesh(origin.live, io, fileInstead(origin.asked), async (mesh) => {
    const { pod, dump } = await readFromMesh(mesh, origin.asked, ['loggers'], io);
    const changes = changesFor(options.wish, dump.loggers ?? []);
    if (changes.length === 0) {
      note(io, `${podText(pod)}: nothing to change, it is so already`);
      if (output !== 'table') await print([], output, io);
      return 0;
    }
    announce(pod, changes, options, io);
    if (!(await isAgreed(options, io))) return 2;
    const envoy: ChangedEnvoy = { mesh, pod, io };
    await change(envoy, changes, options, output);
    return options.forMs === undefined ? 0 : waitAndPutBack(envoy, changes, options.forMs);
  });
}

async function isAgreed({ yes }: LevelOptions, io: Io): Promise<boolean> {
  const agreed = yes || (await confirm('Change them?', io));
  if (!agreed) note(io, 'nothing is changed');
  return agreed;
}

function announce(pod: PodName, changes: readonly LoggerChange[], { wish, forMs, yes }: LevelOptions, io: Io): void {
  if (wish.kind === 'all') note(io, `all loggers at ${wish.level}: ${COST}`);
  if (yes) return;
  const until =
    forMs === undefined ? 'and stay so until they are put back' : `and are put back after ${formatDuration(forMs)}`;
  note(io, `${podText(pod)}: these loggers change, ${until}\n${changeList(changes)}`);
}

const COST =
  'at debug or trace an Envoy writes hundreds of lines for a request, which slows it down and fills the log of its node';

async function change(
  envoy: ChangedEnvoy,
  changes: readonly LoggerChange[],
  { forMs }: LevelOptions,
  output: ConfigOutput,
): Promise<void> {
  const { pod, io } = envoy;
  try {
    await print(await changeLevels(envoy, changes), output, io);
  } catch (error) {
    const failure = toldFailure(error);
    if (failure === undefined) throw error;
    // An answer that did not come back whole may have been obeyed.
    if (forMs !== undefined) await putBack(envoy, changes);
    throw new UserError(`${failure.detail}; see what is set: meshladder config log ${podText(pod)}`, { cause: error });
  }
  const talks = changes.some(({ after }) => after === 'debug' || after === 'trace');
  if (talks && forMs === undefined) note(io, `to put back:\n${putBackCommands(pod, changes)}`);
}

async function waitAndPutBack(envoy: ChangedEnvoy, changes: readonly LoggerChange[], forMs: number): Promise<number> {
  const { io } = envoy;
  // Who runs it without a terminal may have meant it to outlive one.
  if (canAsk(io)) io.stopOnHangup?.();
  const at = new Date(Date.now() + forMs).toISOString().replace(/\.\d+Z/, 'Z');
  note(io, `putting back in ${formatDuration(forMs)}, at ${at}; Ctrl-C or SIGTERM does it at once, SIGKILL does not`);
  // Only an abort ends it sooner.
  await sleep(forMs, undefined, { signal: io.signal }).catch(() => undefined);
  const interrupted = io.signal.aborted;
  if (!(await putBack(envoy, changes))) return 2;
  return interrupted ? INTERRUPTED : 0;
}

async function print(changes: readonly LoggerChange[], output: ConfigOutput, io: Io): Promise<void> {
  if (output === 'table') io.stdout.write(changes.map((each) => `${changeText(each)}\n`).join(''));
  else (await configWriter(output, io)).list(changes);
}
