import { type BigIntStats, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A plain log file as it stands under its name now. */
export interface FoundFile {
  readonly path: string;
  /** Sorts a container's files by age: the moment of rotation, `CURRENT` for the one being written. */
  readonly rank: string;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: number;
}

/** The logs of one container of one pod, one instance: `ROOT/NAMESPACE_POD_UID/CONTAINER/N.log` and what was rotated. */
export interface FoundLogs {
  /** `NAMESPACE_POD_UID/N`. */
  readonly key: string;
  readonly namespace: string;
  readonly pod: string;
  /** N: how often the container was restarted. */
  readonly restarts: number;
  readonly files: readonly FoundFile[];
  /** Rotated and compressed by the kubelet: not read, but their names tell what was missed while nobody read. */
  readonly compressed: readonly { readonly path: string; readonly rank: string }[];
}

/** One pod's folder: its instances, oldest first, and what could not be read: then something may be missing. */
export interface FoundPod {
  readonly folder: string;
  readonly logs: readonly FoundLogs[];
  readonly problems: readonly unknown[];
}

/** Sorts behind every moment of rotation. */
export const CURRENT = '~';

/** Names as Kubernetes allows them, and a UID or, for static pods, a hash; none of them can hold an underscore. */
const POD_FOLDER = /^([a-z0-9][a-z0-9-]{0,62})_([a-z0-9][a-z0-9.-]{0,252})_([A-Za-z0-9][A-Za-z0-9-]{0,63})$/;
/**
 * Kubernetes pkg/kubelet/logs/container_log_manager.go: the kubelet renames to `N.log.YYYYMMDD-HHMMSS`, and compresses
 * all but the newest of these.
 */
const LOG_NAME = /^(\d{1,9})\.log(?:\.(\d{8}-\d{6})(\.gz)?)?$/;

/** Namespace and pod of a folder under the root; undefined for anything else that lies there. */
function parsePodFolder(name: string): { readonly namespace: string; readonly pod: string } | undefined {
  const [, namespace, pod] = POD_FOLDER.exec(name) ?? [];
  return namespace === undefined || pod === undefined ? undefined : { namespace, pod };
}

/** Restart count, rank and form of a file in a container's folder; undefined for what is no log (`.tmp` among it). */
function parseLogName(
  name: string,
): { readonly restarts: number; readonly rank: string; readonly compressed: boolean } | undefined {
  const [, restarts, rank, gz] = LOG_NAME.exec(name) ?? [];
  return restarts === undefined
    ? undefined
    : { restarts: Number(restarts), rank: rank ?? CURRENT, compressed: gz !== undefined };
}

/**
 * Lists the logs of every pod that has such a container, pod by pod, so that the caller may breathe between them. Links
 * are followed: with Docker each file is one.
 * @throws what reading the root itself throws
 */
export function listNodeLogs(root: string, container: string): Iterable<FoundPod> {
  const folders = readdirSync(root).values();
  return folders.flatMap((folder) => {
    const pod = parsePodFolder(folder);
    return pod === undefined ? [] : [listPod({ ...pod, folder, path: join(root, folder, container) })];
  });
}

interface PodFolder {
  readonly namespace: string;
  readonly pod: string;
  readonly folder: string;
  /** Of the container. */
  readonly path: string;
}

function listPod({ namespace, pod, folder, path }: PodFolder): FoundPod {
  const problems: unknown[] = [];
  const byRestarts = new Map<number, { files: FoundFile[]; compressed: { path: string; rank: string }[] }>();
  for (const name of orNothing(() => readdirSync(path), problems) ?? []) {
    const log = parseLogName(name);
    if (log === undefined) continue;
    const group = byRestarts.get(log.restarts) ?? { files: [], compressed: [] };
    byRestarts.set(log.restarts, group);
    const file = join(path, name);
    if (log.compressed) group.compressed.push({ path: file, rank: log.rank });
    else group.files.push(...found(file, log.rank, problems));
  }
  const logs = [...byRestarts].map(([restarts, { files, compressed }]) => ({
    key: `${folder}/${restarts}`,
    namespace,
    pod,
    restarts,
    files: files.sort(oldestFirst),
    compressed: compressed.sort(oldestFirst),
  }));
  return { folder, logs: logs.sort((one, other) => one.restarts - other.restarts), problems };
}

/** Only what a log can be: a pipe or a device would hang whoever opens it. */
function found(path: string, rank: string, problems: unknown[]): readonly FoundFile[] {
  const stats: BigIntStats | undefined = orNothing(() => statSync(path, { bigint: true }), problems);
  if (stats === undefined || !stats.isFile()) return [];
  return [{ path, rank, dev: stats.dev, ino: stats.ino, size: Number(stats.size) }];
}

/** What vanishes between listing and looking is no problem: pods come and go. */
function orNothing<T>(look: () => T, problems: unknown[]): T | undefined {
  try {
    return look();
  } catch (problem) {
    const code = (problem as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') problems.push(problem);
    return undefined;
  }
}

function oldestFirst(one: { readonly rank: string }, other: { readonly rank: string }): number {
  if (one.rank === other.rank) return 0;
  return one.rank < other.rank ? -1 : 1;
}
