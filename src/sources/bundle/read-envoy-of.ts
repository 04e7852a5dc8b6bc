import type { EnvoyDump } from '../../model/envoy-config.ts';
import { BUNDLE_LIMITS, BundleCut, type BundleEntry } from './entry.ts';
import { type EntryRole, roleOf, type SavedPod } from './entry-role.ts';
import { podInDump } from './envoy-looks.ts';
import { openBundle } from './open-bundle.ts';
import { readEnvoyEntry } from './read-envoy.ts';
import { problemOf } from './whole-text.ts';

/** What one proxy of a bundle had answered. */
export interface FoundEnvoy {
  /** Absent where there is none of that name. */
  readonly found?: { readonly pod: SavedPod; readonly dump: EnvoyDump };
  /** What of it cannot be read, each with why. */
  readonly problems: readonly string[];
  /** The proxies that have answered, to choose from. */
  readonly pods: readonly SavedPod[];
}

type EnvoyRole = Extract<EntryRole, { kind: 'envoy' }>;

/** Reads the answers of the first proxy that is asked for, and of no other. @throws BundleError where it is no bundle */
export async function readEnvoyOf(
  path: string,
  isAsked: (pod: SavedPod) => boolean,
  signal: AbortSignal,
): Promise<FoundEnvoy> {
  const bundle = await openBundle(path, { limits: BUNDLE_LIMITS, signal });
  const pods = new Map<string, SavedPod>();
  const problems: string[] = [];
  let found: FoundEnvoy['found'];
  const take = async (entry: BundleEntry, role: EnvoyRole): Promise<void> => {
    if (role.pod !== undefined && !wants(role.pod)) return void pods.set(keyOf(role.pod), role.pod);
    const dump = await readEnvoyEntry(entry, role);
    const pod = role.pod ?? podInDump(dump);
    if (pod === undefined) return;
    pods.set(keyOf(pod), pod);
    if (wants(pod)) found = { pod, dump: { ...found?.dump, ...dump } };
  };
  const wants = (pod: SavedPod): boolean => (found === undefined ? isAsked(pod) : keyOf(found.pod) === keyOf(pod));
  try {
    for await (const entry of bundle.entries()) {
      const role = roleOf(entry.path);
      if (role?.kind !== 'envoy') continue;
      await take(entry, role).catch((error: unknown) => problems.push(`${entry.path}: ${problemOf(error)}`));
    }
  } catch (error) {
    if (!(error instanceof BundleCut)) throw error;
    problems.push(error.message);
  }
  return { ...(found !== undefined && { found }), problems, pods: [...pods.values()] };
}

function keyOf({ namespace, name }: SavedPod): string {
  return `${name}.${namespace}`;
}
