import { type EpochSeconds, epochSeconds, epochSecondsFromMs } from '../../model/brand.ts';
import { type ClusterObjects, objectKey } from '../../model/cluster.ts';
import { knownServices } from '../../model/known-services.ts';
import { known } from '../../model/observed.ts';
import type { Traffic } from '../../model/traffic.ts';
import { workloadOfPod } from '../../model/workload-of-pod.ts';
import { compileFormat } from '../access-log/format.ts';
import { formatOfMesh } from '../access-log/format-spec.ts';
import { framingOf } from '../access-log/framing.ts';
import { openScanner } from '../access-log/open-scanner.ts';
import { createStreamFeed } from '../access-log/stream-feed.ts';
import { createTally } from '../access-log/tally.ts';
import { createBreather } from '../breathe.ts';
import type { BundleEntry } from './entry.ts';
import type { SavedPod } from './entry-role.ts';

/** Counts the logs of proxies, one after the other. */
export interface LogReader {
  /** What is wrong with the format that the mesh configures; then the lines of some proxies cannot be read. */
  readonly problems: readonly string[];
  /** @throws BundleCut at the end of what is there, which counts all the same */
  take(entry: BundleEntry, pod: SavedPod): Promise<void>;
  finish(): ReadLogs;
}

export interface ReadLogs {
  readonly traffic: Traffic;
  /** Of the oldest line; absent without one that says so. */
  readonly oldest?: EpochSeconds;
  readonly newest?: EpochSeconds;
}

/** A log that says nothing of its time for so long is none. */
const HEAD_BYTES = 1 << 16;
/** As Envoy, the agent, Envoy's own log and a kubelet begin their lines. */
const STAMP = /^(?:\[|\{.{0,2000}"start_time":\s*")?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/gm;

/** @param now lines that claim to be of a later time are not believed */
export async function createLogReader(cluster: ClusterObjects, now: EpochSeconds): Promise<LogReader> {
  const tally = createTally({ maxShapes: 200_000, now: () => now });
  const services = known(cluster.services);
  if (services !== undefined) tally.setServices(knownServices(services));
  const { format = 'auto', problems } = compileFormat(formatOfMesh(...(known(cluster.meshConfigs)?.values() ?? [])));
  const scanner = await openScanner({ format, tally });
  const times: { oldest?: EpochSeconds; newest?: EpochSeconds } = {};
  return {
    problems: problems.map(({ message }) => message),
    async take(entry, pod) {
      const origin = originOf(pod, cluster);
      const breathe = createBreather();
      let feed: ReturnType<typeof createStreamFeed> | undefined;
      try {
        for await (const chunk of entry.chunks()) {
          feed ??= createStreamFeed({ scanner, tally, origin: { ...origin, framing: framingOf(chunk) } });
          feed.push(chunk);
          noteTimes(chunk, times);
          await breathe();
        }
      } finally {
        feed?.end();
      }
    },
    finish: () => ({ traffic: tally.traffic(), ...times }),
  };
}

function originOf({ namespace, name }: SavedPod, cluster: ClusterObjects) {
  const pods = known(cluster.pods);
  // Loose logs may be named after the pod alone.
  const alone = namespace === '' ? [...(pods?.values() ?? [])].filter((pod) => pod.name === name) : [];
  const [only] = alone;
  const pod = alone.length === 1 ? only : pods?.get(objectKey(namespace, name));
  const workload = workloadOfPod(name, pod, cluster);
  return { source: 'files', namespace: pod?.namespace ?? namespace, pod: name, workload };
}

function noteTimes(chunk: Uint8Array, times: { oldest?: EpochSeconds; newest?: EpochSeconds }): void {
  const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const ends = [
    buffer.toString('latin1', 0, HEAD_BYTES),
    buffer.toString('latin1', Math.max(0, buffer.length - HEAD_BYTES)),
  ];
  for (const text of ends) {
    for (const [, stamp = ''] of text.matchAll(STAMP)) {
      const ms = Date.parse(stamp);
      if (Number.isNaN(ms)) continue;
      const at = epochSecondsFromMs(ms);
      times.oldest = epochSeconds(Math.min(times.oldest ?? at, at));
      times.newest = epochSeconds(Math.max(times.newest ?? at, at));
    }
  }
}
