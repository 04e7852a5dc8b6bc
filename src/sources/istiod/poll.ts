import pLimit from 'p-limit';
import type { IstiodAccess, IstiodAnswer } from '../../model/control-plane.ts';
import type { SourceError } from '../../model/source-error.ts';
import type { Clock, SourceLog } from '../source.ts';
import type { SyncAnswer } from './answer-rows.ts';
import { type AskOptions, askSync, askVersion, reasonOf } from './ask.ts';
import type { IstiodTarget } from './discover.ts';
import type { HttpClient } from './http-client.ts';
import { readToken } from './token.ts';

/** Bounds and means of a poll. */
export interface PollOptions {
  readonly client: HttpClient;
  /** How the client reaches an istiod. Default: `http`, at its address. */
  readonly accessTo?: (base: string) => IstiodAccess;
  readonly clock: Clock;
  readonly log: SourceLog;
  readonly tokenFile: string | undefined;
  readonly deadlineMs: number;
  readonly limitBytes: number;
  /** Istiods asked at the same time. */
  readonly concurrency: number;
}

/** Asks istiods, and remembers of each the last good answer. */
export interface Poller {
  /** Asks all of them once. An istiod that is no longer among the targets is forgotten. @returns in their order */
  poll(targets: readonly IstiodTarget[], signal: AbortSignal): Promise<readonly IstiodAnswer[]>;
}

interface Memory {
  readonly identity: string;
  readonly answer: IstiodAnswer;
  /** Polls until the version is asked again. */
  readonly versionAgeLeft: number;
}

/** A fixed URL may get another istiod behind it without our seeing it, so even a known version is asked again. */
const VERSION_POLLS = 30;

export function createPoller(options: PollOptions): Poller {
  const limit = pLimit(options.concurrency);
  let memories: ReadonlyMap<string, Memory> = new Map();
  return {
    async poll(targets, signal) {
      const token = await readTokenOrReason(options.tokenFile);
      const next = await Promise.all(
        targets.map((target) => limit(() => pollOne(target, memories.get(target.istiod.name), token, signal))),
      );
      signal.throwIfAborted();
      for (const name of memories.keys()) {
        if (!targets.some(({ istiod }) => istiod.name === name)) options.log.info({ istiod: name }, 'istiod is gone');
      }
      memories = new Map(next.map((memory) => [memory.answer.istiod.name, memory]));
      return next.map((memory) => memory.answer);
    },
  };

  async function pollOne(
    target: IstiodTarget,
    known: Memory | undefined,
    token: TokenOrReason,
    signal: AbortSignal,
  ): Promise<Memory> {
    const { client, deadlineMs, limitBytes } = options;
    const ask: AskOptions = { client, base: target.base, token: token.token, deadlineMs, limitBytes, signal };
    const answered = token.error === undefined ? await answerOf(ask) : { error: token.error };
    const before = known?.identity === target.identity ? known : undefined;
    const { version, versionAgeLeft } = await versionOf(ask, before, 'answer' in answered);
    const access = options.accessTo?.(target.base) ?? 'http';
    const answer = answerFrom({ target, known, answered, version, access, at: options.clock });
    tell(options.log, known?.answer, answer);
    return { identity: target.identity, answer, versionAgeLeft };
  }
}

/** The version known, or asked now where it is not known or old. An istiod that does not answer is not asked. */
async function versionOf(
  ask: AskOptions,
  before: Memory | undefined,
  answers: boolean,
): Promise<{ readonly version: string | undefined; readonly versionAgeLeft: number }> {
  const known = before?.answer.version;
  const left = (before?.versionAgeLeft ?? 0) - 1;
  if (left >= 0 || !answers) return { version: known, versionAgeLeft: left };
  return { version: (await askVersion(ask)) ?? known, versionAgeLeft: VERSION_POLLS };
}

type TokenOrReason =
  | { readonly token: string | undefined; readonly error?: undefined }
  | { readonly token?: undefined; readonly error: SourceError };

async function readTokenOrReason(file: string | undefined): Promise<TokenOrReason> {
  try {
    return { token: await readToken(file) };
  } catch (error) {
    return { error: reasonOf(error) };
  }
}

type Answered = { readonly answer: SyncAnswer } | { readonly error: SourceError };

async function answerOf(ask: AskOptions): Promise<Answered> {
  try {
    return { answer: await askSync(ask) };
  } catch (error) {
    ask.signal.throwIfAborted();
    return { error: reasonOf(error) };
  }
}

interface Outcome {
  readonly target: IstiodTarget;
  readonly known: Memory | undefined;
  readonly answered: Answered;
  readonly version: string | undefined;
  readonly access: IstiodAccess;
  readonly at: Clock;
}

/** A failed poll keeps what the istiod last said: its proxies are then unknown, not gone. */
function answerFrom({ target, known, answered, version, access, at }: Outcome): IstiodAnswer {
  const polledAt = at.now();
  const base = {
    istiod: target.istiod,
    access,
    polledAt,
    ...(version === undefined ? {} : { version }),
  } as const;
  if ('answer' in answered) {
    const { proxies, skippedRows } = answered.answer;
    return { ...base, answeredAt: polledAt, proxies, ...(skippedRows === 0 ? {} : { skippedRows }) };
  }
  const last = known?.answer;
  return {
    ...base,
    error: answered.error,
    proxies: last?.proxies ?? [],
    ...(last?.answeredAt === undefined ? {} : { answeredAt: last.answeredAt }),
    ...(last?.skippedRows === undefined ? {} : { skippedRows: last.skippedRows }),
  };
}

/** Says what changed, once: a poll that goes as the last one did is no news. */
function tell(log: SourceLog, before: IstiodAnswer | undefined, after: IstiodAnswer): void {
  const { name: istiod, revision } = after.istiod;
  if (after.error !== undefined) {
    const { code: reason, detail } = after.error;
    if (before?.error?.code !== reason) log.warn({ istiod, revision, reason, detail }, 'istiod cannot be asked');
    return;
  }
  const fields = { istiod, revision, proxies: after.proxies.length, version: after.version };
  if (before === undefined) log.info(fields, 'istiod found, and it answers');
  else if (before.error !== undefined) log.info(fields, 'istiod answers again');
  if ((after.skippedRows ?? 0) > 0 && before?.skippedRows === undefined) {
    log.warn({ istiod, skipped: after.skippedRows }, 'some rows of /debug/syncz could not be read and are left out');
  }
}
