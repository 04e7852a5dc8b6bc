import type { IstiodAnswer } from '../../model/control-plane.ts';
import type { SourceLog } from '../source.ts';

/**
 * At `warn` why an istiod cannot be asked, and that rows were left out; at `info` that it was found, answers again, or is
 * asked another way. A poll that goes as the last one did is no news.
 * @param before undefined at its first poll
 */
export function logPollChange(log: SourceLog, before: IstiodAnswer | undefined, after: IstiodAnswer): void {
  const { name: istiod, revision } = after.istiod;
  logWayChange(log, before, after);
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

function logWayChange(
  log: SourceLog,
  before: IstiodAnswer | undefined,
  { istiod, access, error, httpError }: IstiodAnswer,
) {
  const was = before?.access ?? 'http';
  if (error !== undefined || was === access) return;
  const { name, revision } = istiod;
  if (access === 'http') return log.info({ istiod: name, revision, access }, 'istiod is asked over HTTP again');
  if (access === 'port_forward') {
    return before === undefined
      ? undefined
      : log.info({ istiod: name, revision, access }, 'istiod is asked through its API server');
  }
  const { code: reason, detail } = httpError ?? {};
  log.info({ istiod: name, revision, access, reason, detail }, 'istiod is asked over xDS, not over HTTP');
}
