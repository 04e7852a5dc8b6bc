import type { EpochSeconds } from './brand.ts';
import { type ClusterObjects, type ObjectMap, objectKey } from './cluster.ts';
import { known, type Observed } from './observed.ts';

/** An object that was written, as it was noticed. */
export interface ConfigChange {
  readonly at: EpochSeconds;
  readonly kind: string;
  /** `""` for objects of the whole cluster. */
  readonly namespace: string;
  readonly name: string;
  readonly how: 'added' | 'changed' | 'deleted';
}

/** What was written to configuration lately, and what it says by now. */
export interface ConfigChanges {
  /** As last known, by kind: one kind that cannot be read for a while is compared when it can again. */
  readonly seen: ReadonlyMap<string, ObjectMap<Named>>;
  /** Oldest first, at most `MAX_CHANGES`. */
  readonly list: readonly ConfigChange[];
}

interface Named {
  readonly namespace: string;
  readonly name: string;
}

const MAX_CHANGES = 200;
/** Controllers write these all day, one for each pod outside of Kubernetes: endpoints rather than configuration. */
const ENDPOINTS_IN_DISGUISE = 'workloadentries.networking.istio.io';
/** Their words, or the time of it, and not what is asked for. */
const BESIDES: ReadonlySet<string> = new Set(['status', 'changedAt', 'createdAt']);

/** Takes in what configuration says now. The same object comes back while nothing is new. */
export function advanceConfigChanges(
  before: ConfigChanges | undefined,
  cluster: ClusterObjects,
  at: EpochSeconds,
): ConfigChanges {
  const news = kindsOf(cluster).filter(([kind, objects]) => before?.seen.get(kind) !== objects);
  if (before !== undefined && news.length === 0) return before;
  const changes = news.flatMap(([kind, objects]) => {
    const last = before?.seen.get(kind);
    return last === undefined ? [] : changesOf(kind, last, objects, at);
  });
  return {
    seen: new Map([...(before?.seen ?? []), ...news]),
    list: changes.length === 0 ? (before?.list ?? []) : [...(before?.list ?? []), ...changes].slice(-MAX_CHANGES),
  };
}

function kindsOf({ networkPolicies, meshConfigs, config }: ClusterObjects): readonly [string, ObjectMap<Named>][] {
  const all: readonly [string, Observed<ObjectMap<Named>>][] = [
    ['networkpolicies', networkPolicies],
    ['configmaps', meshConfigs],
    ...Object.entries(config).filter(([kind]) => kind !== ENDPOINTS_IN_DISGUISE),
  ];
  return all.flatMap(([kind, observed]) => {
    const objects = known(observed);
    return objects === undefined ? [] : [[kind, objects]];
  });
}

function changesOf(
  resource: string,
  before: ObjectMap<Named>,
  after: ObjectMap<Named>,
  at: EpochSeconds,
): readonly ConfigChange[] {
  const changed = (object: Named, how: ConfigChange['how']): ConfigChange => {
    return { at, kind: kindOf(object, resource), namespace: object.namespace, name: object.name, how };
  };
  const written = [...after.values()].flatMap((object) => {
    const last = before.get(objectKey(object.namespace, object.name));
    if (last === undefined) return [changed(object, 'added')];
    return last === object || contentOf(last) === contentOf(object) ? [] : [changed(object, 'changed')];
  });
  const gone = [...before.values()].filter(({ namespace, name }) => !after.has(objectKey(namespace, name)));
  return [...written, ...gone.map((object) => changed(object, 'deleted'))];
}

/** A list that was read anew brings equal objects. */
function contentOf(object: Named): string {
  return JSON.stringify(Object.entries(object).filter(([field]) => !BESIDES.has(field)));
}

const KINDS: Readonly<Record<string, string>> = { networkpolicies: 'NetworkPolicy', configmaps: 'ConfigMap' };

function kindOf(object: Named & { readonly kind?: string }, resource: string): string {
  return object.kind ?? KINDS[resource] ?? resource;
}
