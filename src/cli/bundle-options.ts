import type { AskedPart } from '../model/asked-pods.ts';
import { type EpochSeconds, epochSecondsFromMs } from '../model/brand.ts';
import { aboutOf } from './check-options.ts';
import { type Io, UserError } from './io.ts';

/** As commander gives them. */
export interface BundleFlags {
  readonly namespace?: string;
  readonly output: string;
  readonly status?: boolean;
  readonly flags?: boolean;
  readonly at?: string;
  readonly istioNamespace: string;
  readonly color: boolean;
}

export interface BundleOptions {
  readonly path: string;
  readonly show: 'ladder' | 'status' | 'flags';
  /** Absent: the whole mesh. */
  readonly about?: AskedPart;
  readonly output: 'text' | 'json';
  readonly madeAt: EpochSeconds | undefined;
  readonly rootNamespace: string;
  readonly coloured: boolean;
}

/** @throws UserError for what makes no sense, or not together */
export function readBundleOptions(path: string, pod: string | undefined, flags: BundleFlags, io: Io): BundleOptions {
  const { output, namespace } = flags;
  if (output !== 'text' && output !== 'json') throw new UserError(`-o ${output}: give text or json`);
  const show = showOf(flags);
  const about = aboutOf(pod, namespace);
  if (show === 'flags' && about !== undefined) {
    throw new UserError('--flags: of all proxies only; leave out the pod, and -n');
  }
  return {
    path,
    show,
    ...(about !== undefined && { about }),
    output,
    madeAt: timeOf(flags.at),
    rootNamespace: flags.istioNamespace,
    coloured: flags.color && io.stdout.isTTY === true && !io.env['NO_COLOR'],
  };
}

function showOf({ status = false, flags = false }: BundleFlags): BundleOptions['show'] {
  if (status && flags) throw new UserError('--status and --flags: give one of them');
  if (status) return 'status';
  return flags ? 'flags' : 'ladder';
}

function timeOf(text: string | undefined): EpochSeconds | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new UserError(`--at ${text}: not a time; write it as in 2026-01-31T12:00:00Z`);
  return epochSecondsFromMs(ms);
}
