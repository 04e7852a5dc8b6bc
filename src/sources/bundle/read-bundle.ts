import { type EpochSeconds, epochSeconds } from '../../model/brand.ts';
import { keyOfObject } from '../../model/cluster.ts';
import { PENDING } from '../../model/observed.ts';
import type { Bundle, ReadBundleOptions } from './bundle.ts';
import { BUNDLE_LIMITS, BundleCut, type BundleEntry, BundleError } from './entry.ts';
import { type EntryRole, roleOf } from './entry-role.ts';
import { createLookJoiner } from './envoy-looks.ts';
import { type FirstReading, readFirst, startReading } from './first-reading.ts';
import type { GatheredCluster } from './gathered-cluster.ts';
import { madeAtOf } from './made-at.ts';
import { openBundle } from './open-bundle.ts';
import { readEnvoyEntry } from './read-envoy.ts';
import { controlPlaneOf } from './read-istiods.ts';
import { createLogReader, type ReadLogs } from './read-proxy-logs.ts';
import { problemOf } from './whole-text.ts';

/** Lines of logs are believed whatever their time: they say themselves when they were written. */
const ANY_TIME = epochSeconds(Number.MAX_SAFE_INTEGER);

/**
 * Reads an `istioctl bug-report` archive, or a folder of the same layout or of loose dumps. What cannot be read is noted,
 * and leaves the rest readable.
 * @param path a file or a folder
 * @throws BundleError where it is no bundle, or holds nothing that tells of a mesh
 */
export async function readBundle(path: string, options: ReadBundleOptions): Promise<Bundle> {
  const { signal, limits = BUNDLE_LIMITS, onEnvoy, onEntry } = options;
  const bundle = await openBundle(path, { limits, signal });
  const first = startReading();
  const { notes } = first;
  // Logs can only be understood once services and the mesh's format are known, wherever those stand.
  const cut = await eachEntry(bundle.entries(), first.note, async (entry, role) => {
    onEntry?.(entry.path);
    await readFirst(entry, role, first);
  });
  if (cut !== undefined) notes.add('', cut);
  const gathered = first.gatherer.finish(first.newestAt ?? epochSeconds(0));
  const { cluster, problems } = gathered;
  const logs = await createLogReader(cluster, ANY_TIME);
  for (const problem of [...problems, ...logs.problems]) notes.add('', problem);
  const looks = createLookJoiner((look) => onEnvoy?.(look, cluster));
  const count = { proxyLogs: 0, configDumps: 0 };
  await eachEntry(
    bundle.entries(),
    (entry, problem) => notes.add(entry.path, problem),
    async (entry, role) => {
      if (role.kind === 'proxy_log') {
        onEntry?.(entry.path);
        // What stands before a cut counts.
        count.proxyLogs += 1;
        await logs.take(entry, role.pod);
      } else if (role.kind === 'envoy') {
        onEntry?.(entry.path);
        looks.take(role, await readEnvoyEntry(entry, role));
        if (role.part === 'config_dump') count.configDumps += 1;
      }
    },
  );
  looks.end();
  return bundleOf({ first, gathered, logs: logs.finish(), count, madeAt: options.madeAt });
}

/** @returns why the rest could not be read, where it could not */
async function eachEntry(
  entries: AsyncIterable<BundleEntry>,
  note: (entry: BundleEntry, problem: string) => void,
  read: (entry: BundleEntry, role: EntryRole) => Promise<void>,
): Promise<string | undefined> {
  let last = '';
  try {
    for await (const entry of entries) {
      last = entry.path;
      const role = roleOf(entry.path);
      if (role !== undefined) await read(entry, role).catch((error: unknown) => note(entry, problemOf(error)));
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof BundleCut)) throw error;
    if (last === '') throw new BundleError(error.message, { cause: error });
    return `${error.message}, at or behind ${last}: what stands behind it is missing`;
  }
}

interface Parts {
  readonly first: FirstReading;
  readonly gathered: GatheredCluster;
  readonly logs: ReadLogs;
  readonly count: { readonly proxyLogs: number; readonly configDumps: number };
  readonly madeAt: EpochSeconds | undefined;
}

function bundleOf({ first, gathered, logs, count, madeAt }: Parts): Bundle {
  const { saved, notes, analysis, istioctlVersion, entries } = first;
  const { cluster, objects, configAt } = gathered;
  const since = logs.oldest;
  if (objects + saved.length + count.proxyLogs + count.configDumps === 0) throw new BundleError(emptyText(entries));
  const at = madeAt ?? madeAtOf(first, logs);
  for (const { pod, answer } of saved) {
    if (answer.error !== undefined) notes.add(`syncz of ${keyOfObject(pod)}`, answer.error.detail);
  }
  const proxies = saved.reduce((sum, { answer }) => sum + answer.proxies.length, 0);
  const version = istioctlVersion !== undefined && { istioctlVersion };
  return {
    madeAt: at,
    cluster,
    controlPlane: controlPlaneOf(saved, cluster, at),
    traffic: count.proxyLogs === 0 ? PENDING : { state: 'fresh', at, value: logs.traffic },
    ...(since !== undefined && { logged: { since, config: configAt(since) } }),
    ...(analysis !== undefined && { analysis }),
    contents: { entries, objects, istiods: saved.length, proxies, ...count, ...version },
    notes: notes.list(),
  };
}

function emptyText(entries: number): string {
  if (entries === 0) return 'nothing in it tells of a mesh';
  return `none of its ${entries} files tells of a mesh: no objects, no answer of istiod, no log or dump of a proxy`;
}
