import type { AnalysisWorld } from '../../../model/analysis-world.ts';
import type { EpochSeconds } from '../../../model/brand.ts';
import { NO_CLUSTER } from '../../../model/cluster.ts';
import { type Observed, PENDING } from '../../../model/observed.ts';
import type { RawObject } from '../kube-api.ts';
import { record, text } from '../objects/fields.ts';
import { type ManifestFile, type ManifestObject, objectsOfFile } from './documents.ts';
import { CLUSTER_KINDS, type Gathered, gatheredKey, kindOf, nothingGathered, TAKES } from './gathered.ts';

/** What files of objects come to. */
export interface ManifestWorld {
  readonly world: AnalysisWorld;
  /** What of the files was left out, and why. */
  readonly notes: readonly string[];
}

export interface ManifestOptions {
  /** When: certificates run out. */
  readonly at: EpochSeconds;
  /** Where objects are that name no namespace. */
  readonly namespace: string;
}

/**
 * A world made of files alone. Of two objects with the same name the last counts. Files without any Namespace, Service,
 * Pod, Node or Secret are configuration by itself: what runs is then not known, rather than nothing.
 * @throws ManifestError where a file is no YAML
 */
export function manifestWorld(files: readonly ManifestFile[], { at, namespace }: ManifestOptions): ManifestWorld {
  const gathered = nothingGathered();
  const notes: string[] = [];
  const places = new Map<string, string>();
  const unread = new Map<string, number>();
  for (const { place, raw } of files.flatMap(objectsOfFile)) {
    const kind = kindOf(raw);
    if (!TAKES.has(kind)) unread.set(kind, (unread.get(kind) ?? 0) + 1);
    else notes.push(...take({ place, raw: completed(raw, kind, { at, namespace }) }, kind, gathered, places));
  }
  notes.push(...[...unread].map(([kind, count]) => `not looked at: ${count} of the kind ${kind.replace(/^\//, '')}`));
  return { world: worldOf(gathered, at), notes };
}

/** What the API server would fill in if the object were made now: where it is of age, it is the youngest. */
function completed(raw: RawObject, kind: string, { at, namespace }: ManifestOptions): RawObject {
  const metadata = record(raw['metadata']) ?? {};
  const { namespace: own, ...rest } = metadata;
  const space = text(own) || namespace;
  const createdAt = text(metadata['creationTimestamp']) ?? new Date(at * 1000).toISOString();
  const place = CLUSTER_KINDS.has(kind) ? {} : { namespace: space };
  return { ...raw, metadata: { ...rest, ...place, creationTimestamp: createdAt } };
}

function take(
  { place, raw }: ManifestObject,
  kind: string,
  gathered: Gathered,
  places: Map<string, string>,
): readonly string[] {
  try {
    const key = gatheredKey(raw);
    TAKES.get(kind)?.(raw, key, gathered);
    const before = places.get(`${kind} ${key}`);
    places.set(`${kind} ${key}`, place);
    return before === undefined
      ? []
      : [`${place}: ${kind.replace(/^.*\//, '')} ${key} again, instead of that of ${before}`];
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it cannot be read';
    return [`${place}: left out a ${kind.replace(/^.*\//, '') || 'document'}: ${why}`];
  }
}

function worldOf(gathered: Gathered, at: EpochSeconds): AnalysisWorld {
  const fresh = <T>(value: T): Observed<T> => ({ state: 'fresh', at, value });
  const { namespaces, pods, services, secrets, nodes } = gathered;
  const runs = [namespaces, pods, services, secrets, nodes].some(({ size }) => size > 0);
  const observed = <T>(value: T): Observed<T> => (runs ? fresh(value) : PENDING);
  return {
    at,
    cluster: {
      ...NO_CLUSTER,
      namespaces: observed(namespaces),
      pods: observed(pods),
      services: observed(services),
      deployments: fresh(gathered.deployments),
      injectors: fresh(gathered.injectors),
      meshConfigs: fresh(gathered.meshConfigs),
      config: Object.fromEntries([...gathered.config].map(([key, objects]) => [key, fresh(objects)])),
    },
    ...(runs && { secrets, nodes }),
    injectorValues: gathered.injectorValues,
    resourceDefinitions: gathered.resourceDefinitions,
  };
}
