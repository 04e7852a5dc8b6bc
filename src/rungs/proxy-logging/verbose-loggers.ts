import type { EpochSeconds } from '../../model/brand.ts';
import { current } from '../../model/current.ts';
import type { EnvoyLogger } from '../../model/envoy-loggers.ts';
import type { ProxyInspection } from '../../model/inspection.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { NO_VERBOSE_SINCE, verboseKey } from '../../model/verbose-since.ts';

/** A logger that writes more than its default. */
export interface VerboseLogger extends EnvoyLogger {
  readonly since: EpochSeconds;
}

/** What a look told of the loggers of one proxy; none of them verbose where `loggers` is empty. */
export interface LookedLoggers {
  readonly proxy: ProxyInspection;
  readonly loggers: readonly VerboseLogger[];
}

/** Of each proxy whose loggers were read; undefined where inspection is off, or has told nothing yet. */
export function lookedLoggers(snapshot: MeshSnapshot): readonly LookedLoggers[] | undefined {
  const { inspections, verboseSince = NO_VERBOSE_SINCE, takenAt, settings } = snapshot;
  const looks = inspections && current(inspections, takenAt, settings.staleAfterSeconds);
  return (
    looks &&
    [...looks.proxies.values()].flatMap((proxy) => {
      if (proxy.verboseLoggers === undefined) return [];
      const loggers = proxy.verboseLoggers.map((logger) => {
        return { ...logger, since: verboseSince.get(verboseKey(proxy, logger.name)) ?? proxy.at };
      });
      return [{ proxy, loggers }];
    })
  );
}
