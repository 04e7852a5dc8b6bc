import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { ClusterObjects } from '../model/cluster.ts';
import { known } from '../model/observed.ts';
import type { Log } from '../runtime/log.ts';
import type { LineFormat } from '../sources/access-log/classify.ts';
import type { CompiledFormat } from '../sources/access-log/format.ts';
import type { FormatSpec } from '../sources/access-log/format-spec.ts';
import type { LogScanner } from '../sources/access-log/scanner.ts';
import type { TallyStore } from '../sources/access-log/tally.ts';
import { StartError } from './start-error.ts';

/** How access lines are read, as the configuration or the mesh says. */
export interface LogFormat {
  /** For what comes next. */
  readonly scanner: () => LogScanner;
  /** Takes in the mesh's configuration: with `accessLog.format: auto` it decides. */
  clusterChanged(cluster: ClusterObjects): void;
  /** Resolves when the mesh has told its format, or has not within some seconds. */
  settled(signal: AbortSignal): Promise<void>;
}

export interface LogFormatOptions {
  readonly config: Config;
  readonly tally: TallyStore;
  readonly log: Log;
  /** Whether Kubernetes will tell the mesh's configuration. */
  readonly awaitsMesh: boolean;
  /** Whether the tally is told upstream hosts. */
  readonly withUpstreamHosts?: boolean;
}

/** Logs wait no longer for the mesh's configuration: most meshes have Istio's own format. */
const PATIENCE_MS = 10_000;

/** @throws StartError when the configured format cannot be read */
export async function createLogFormat(options: LogFormatOptions): Promise<LogFormat> {
  const { config, tally, log, awaitsMesh, withUpstreamHosts = false } = options;
  const [{ compileFormat }, { formatSpec, formatOfMesh }, { openScanner }] = await Promise.all([
    import('../sources/access-log/format.ts'),
    import('../sources/access-log/format-spec.ts'),
    import('../sources/access-log/open-scanner.ts'),
  ]);
  const configured = formatSpec(config.accessLog.format);
  const followsMesh = configured === 'auto' && awaitsMesh;
  const open = (format: LineFormat): Promise<LogScanner> => openScanner({ format, tally, withUpstreamHosts });
  let scanner = await open(usable(compileFormat(configured)));
  const told = Promise.withResolvers<void>();
  const use = async (spec: FormatSpec): Promise<void> => {
    const { format = 'auto', problems } = compileFormat(spec);
    for (const { code, message } of problems)
      log.warn({ code, problem: message }, 'an access-log format of the mesh cannot be read');
    scanner = await open(format);
    told.resolve();
  };
  const changed = onChange(use, (err) => log.error({ err }, 'the access-log format of the mesh cannot be used'));
  return {
    scanner: () => scanner,
    clusterChanged: ({ meshConfigs }) => {
      const meshes = known(meshConfigs);
      if (followsMesh && meshes !== undefined) changed(formatOfMesh(...meshes.values()));
    },
    settled: async (signal) => {
      if (followsMesh)
        await Promise.race([told.promise, sleep(PATIENCE_MS, undefined, { signal, ref: false }).catch(() => {})]);
    },
  };
}

function usable({ format, problems }: CompiledFormat): LineFormat {
  if (format !== undefined) return format;
  throw new StartError(problems.map(({ message }) => message).join('\n'));
}

/** Calls back, one by one, with what is not what it was last time: equal specs have equal JSON. */
function onChange(
  use: (spec: FormatSpec) => Promise<void>,
  onError: (problem: unknown) => void,
): (spec: FormatSpec) => void {
  let last: string | undefined;
  let using = Promise.resolve();
  return (spec) => {
    const text = JSON.stringify(spec);
    if (text === last) return;
    last = text;
    using = using.then(() => use(spec)).catch(onError);
  };
}
