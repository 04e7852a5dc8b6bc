import type { Config } from '../config/config.ts';
import type { ClusterObjects } from '../model/cluster.ts';
import type { Log } from '../runtime/log.ts';
import type { LogScanner } from '../sources/access-log/scanner.ts';
import type { TallyStore } from '../sources/access-log/tally.ts';

/** How access lines are read, as the configuration or the mesh says. */
export interface LogFormat {
  readonly scanner: () => LogScanner;
  clusterChanged(cluster: ClusterObjects): void;
  /** Resolves when the format is known, or is not to be had within some seconds. */
  settled(signal: AbortSignal): Promise<void>;
}

export interface LogFormatOptions {
  readonly config: Config;
  readonly tally: TallyStore;
  readonly log: Log;
  /** Whether Kubernetes will tell the mesh's configuration. */
  readonly awaitsMesh: boolean;
}

export async function createLogFormat({ config, tally }: LogFormatOptions): Promise<LogFormat> {
  const { openScanner } = await import('../sources/access-log/open-scanner.ts');
  const { format } = config.accessLog;
  const scanner = await openScanner({ format: format === 'text' || format === 'json' ? format : 'auto', tally });
  return { scanner: () => scanner, clusterChanged: () => {}, settled: async () => {} };
}
