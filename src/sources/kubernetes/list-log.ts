import type { SourceError } from '../../model/source-error.ts';
import type { SourceLog } from '../source.ts';

/** Says of many lists which are not current and why, once each; and of a server that is gone, once for all of them. */
export interface ListLog {
  failed(list: string, error: SourceError): void;
  ok(list: string): void;
  stop(): void;
}

/** When a server goes, its lists fail within moments of each other: each tries again within this time. */
const GATHER_MS = 2_000;
/** So many lists that fail together are no trouble of their own. */
const TOGETHER = 3;

/** `own`: a trouble of this list; `way`: of the connection that all share, `told` once that has been said of it alone. */
type Trouble = 'own' | 'way' | 'told';

interface Mind {
  readonly log: SourceLog;
  readonly seen: Set<string>;
  readonly failing: Map<string, Trouble>;
  readonly latest: Map<string, SourceError>;
  isOut: boolean;
  timer: NodeJS.Timeout | undefined;
}

export function createListLog(log: SourceLog): ListLog {
  const mind: Mind = { log, seen: new Set(), failing: new Map(), latest: new Map(), isOut: false, timer: undefined };
  return {
    failed(list, error) {
      mind.seen.add(list);
      mind.latest.set(list, error);
      if (isOfTheWay(error)) failedOnTheWay(mind, list, error);
      else failedByItself(mind, list, error);
    },
    ok(list) {
      mind.seen.add(list);
      const before = mind.failing.get(list);
      mind.failing.delete(list);
      // Of one that was back before anything was said, or that was out with all others, there is nothing to say.
      if ((before === 'own' || before === 'told') && !mind.isOut)
        log.info({ list }, 'kubernetes list is current again');
      endOutage(mind);
    },
    stop: () => clearTimeout(mind.timer),
  };
}

function failedOnTheWay(mind: Mind, list: string, error: SourceError): void {
  const before = mind.failing.get(list);
  mind.log.debug(fieldsOf(list, error), before === undefined ? NOT_CURRENT : STILL_NOT);
  if (before === 'told') return;
  mind.failing.set(list, 'way');
  if (!mind.isOut) mind.timer ??= setTimeout(() => tell(mind), GATHER_MS).unref();
}

function failedByItself(mind: Mind, list: string, error: SourceError): void {
  if (mind.failing.get(list) === 'own') mind.log.debug(fieldsOf(list, error), STILL_NOT);
  else mind.log.warn(fieldsOf(list, error), NOT_CURRENT);
  mind.failing.set(list, 'own');
  endOutage(mind);
}

function tell(mind: Mind): void {
  const { log, failing, latest } = mind;
  mind.timer = undefined;
  const lists = onTheWay(mind);
  if (lists.length >= TOGETHER) {
    tellOutage(mind, lists);
    return;
  }
  for (const list of lists) {
    const error = latest.get(list);
    if (failing.get(list) === 'way' && error !== undefined) log.warn(fieldsOf(list, error), NOT_CURRENT);
    failing.set(list, 'told');
  }
}

function tellOutage(mind: Mind, lists: readonly string[]): void {
  mind.isOut = true;
  const error = mind.latest.get(lists[0] ?? '');
  const message = error?.code === 'timeout' ? 'the API server does not answer' : 'the API server cannot be reached';
  const why = { reason: error?.code, detail: error?.detail };
  mind.log.warn({ lists: lists.length, of: mind.seen.size, ...why }, message);
}

function endOutage(mind: Mind): void {
  if (!mind.isOut || onTheWay(mind).length > 0) return;
  mind.isOut = false;
  mind.log.info({}, 'the API server answers again');
}

function onTheWay({ failing }: Mind): readonly string[] {
  return [...failing].flatMap(([list, trouble]) => (trouble === 'own' ? [] : [list]));
}

const NOT_CURRENT = 'kubernetes list is not current';
const STILL_NOT = 'kubernetes list is still not current';

function fieldsOf(list: string, { code: reason, detail }: SourceError): object {
  return { list, reason, detail };
}

/** No answer with a status: those name it. */
function isOfTheWay({ code, detail }: SourceError): boolean {
  return ['refused', 'timeout', 'tls', 'truncated'].includes(code) && !/: HTTP \d{3}\b/.test(detail);
}
