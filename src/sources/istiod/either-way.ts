import type { SourceError } from '../../model/source-error.ts';
import { KubeApiError } from '../kubernetes/kube-api.ts';
import { type Access, type Asked, askBy, type Question, type Tried, type Way } from './access.ts';
import { AskError } from './ask-error.ts';
import type { IstiodTarget } from './discover.ts';
import { isPortAlone } from './forward-failure.ts';
import { neverConnected } from './http-failure.ts';

export interface EitherWay {
  /** Preferred: its answers are read while they come. */
  readonly http: Way;
  readonly xds: Way;
  /** Milliseconds that never jump. */
  readonly nowMs: () => number;
}

/** What is known of one istiod. */
interface Habit {
  readonly identity: string;
  /** Which way answered last. */
  way: 'http' | 'xds';
  /** When the other way was last tried, and why it did not do. */
  other?: { readonly atMs: number; readonly error: SourceError };
}

/** While it is asked over xDS: so often its debug port is tried again, which may have been opened. */
export const RETRY_HTTP_MS: number = 10 * 60_000;
/** While it does not answer: so often the way that did not do before is tried again. */
export const RETRY_OTHER_MS: number = 60_000;

/** Over HTTP, or over xDS where HTTP is off, blocked or denied; what worked for an istiod is kept to while it lives. */
export function eitherWay(ways: EitherWay): Access {
  const habits = new Map<string, Habit>();
  const habitOf = ({ istiod: { name }, identity }: IstiodTarget): Habit => {
    const known = habits.get(name);
    if (known?.identity === identity) return known;
    const habit: Habit = { identity, way: 'http' };
    habits.set(name, habit);
    return habit;
  };
  return {
    kind: (target) => habitOf(target).way,
    ask: (question) => ask(ways, habitOf(question.target), question),
    version: (question) => ways[habitOf(question.target).way].version(question),
    keep(targets) {
      const names = new Set(targets.map(({ istiod }) => istiod.name));
      for (const name of habits.keys()) if (!names.has(name)) habits.delete(name);
      ways.http.keep?.(targets);
      ways.xds.keep?.(targets.filter((target) => habitOf(target).way === 'xds'));
    },
  };
}

async function ask(ways: EitherWay, habit: Habit, question: Question): Promise<Asked> {
  if (habit.way === 'xds' && isDue(habit, RETRY_HTTP_MS, ways.nowMs())) {
    const back = await tryOther(ways, habit, question);
    if (back !== undefined) return back;
  }
  const first = await askBy(ways[habit.way], question);
  if ('answer' in first) {
    if (habit.way === 'http') delete habit.other;
    return answered(habit, first);
  }
  const turns = isClosed(first.error, first.cause) && isDue(habit, RETRY_OTHER_MS, ways.nowMs());
  const turned = turns ? await tryOther(ways, habit, question, first.error) : undefined;
  return turned ?? { access: first.access, error: bothReasons(habit, first.error) };
}

/**
 * Turns to the other way if it answers, and else remembers why it does not.
 * @param because why the usual way does not do
 */
async function tryOther(
  ways: EitherWay,
  habit: Habit,
  question: Question,
  because?: SourceError,
): Promise<Asked | undefined> {
  const other = habit.way === 'http' ? 'xds' : 'http';
  const tried = await askBy(ways[other], question);
  const error = 'error' in tried ? tried.error : because;
  if (error === undefined) delete habit.other;
  else habit.other = { atMs: ways.nowMs(), error };
  if ('error' in tried) return undefined;
  habit.way = other;
  return answered(habit, tried);
}

function isDue({ other }: Habit, afterMs: number, nowMs: number): boolean {
  return other === undefined || nowMs - other.atMs >= afterMs;
}

function answered({ way, other }: Habit, { access, answer }: Extract<Tried, { answer: unknown }>): Asked {
  return { access, answer, ...(way === 'xds' && other !== undefined && { httpError: other.error }) };
}

const CLOSED: readonly SourceError['code'][] = ['not_found', 'refused', 'denied', 'tls'];

/**
 * Whether the debug port is closed to us, rather than an istiod that is slow or answers nonsense, or one to which no port
 * is forwarded: that of xDS would be none either.
 */
export function isClosed(error: SourceError, cause: unknown): boolean {
  const forward = cause instanceof AskError ? cause.cause : undefined;
  if (forward instanceof KubeApiError) return isPortAlone(forward);
  return CLOSED.includes(error.code) || neverConnected(cause);
}

/**
 * Neither way: by the reason to act on. Of the way that did once that is its own; of an istiod whose debug port is off or
 * blocked, why xDS does not do, unless nobody is there either.
 */
function bothReasons({ way, other }: Habit, error: SourceError): SourceError {
  if (other === undefined) return error;
  const isHttp = way === 'http' && (error.code === 'denied' || AWAY.includes(other.error.code));
  const [http, xds] = way === 'http' ? [error, other.error] : [other.error, error];
  return isHttp
    ? { ...http, detail: `${http.detail}; nor over xDS: ${xds.detail}` }
    : { ...xds, detail: `${xds.detail}${NOR_OVER_HTTP}${http.detail}` };
}

/** Before why the debug port does not do, where why xDS does not is what to act on. */
export const NOR_OVER_HTTP = '; nor over HTTP: ';

const AWAY: readonly SourceError['code'][] = ['refused', 'timeout'];
