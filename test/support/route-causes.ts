import { epochSeconds } from '../../src/model/brand.ts';
import type { ClusterObjects } from '../../src/model/cluster.ts';
import { known } from '../../src/model/observed.ts';
import type { ConfigObject } from '../../src/model/workload.ts';
import { worldOf } from '../../src/rungs/analysis/world.ts';
import type { Caller, CauseFacts } from '../../src/rungs/routes/causes/cause.ts';
import { type Split, splitsOf } from '../../src/rungs/routes/splits.ts';
import { clusterOf } from './described-mesh.ts';
import { REFUSED } from './mesh.ts';

/** What a case may say beside its objects. */
export interface CaseOptions {
  /** `workload.namespace`; in front of a gateway's stands `gateway `. They send past the object. */
  readonly past?: readonly string[];
  /** The same, by routes of the object. */
  readonly own?: readonly string[];
  readonly behind?: readonly string[];
  readonly unaccounted?: number;
  readonly isPartial?: boolean;
  /** Kinds that cannot be read, by their names in `ClusterObjects`. */
  readonly blind?: readonly string[];
}

/** Facts of the one split that these documents declare, or of that of the object `about`. */
export function factsOf(documents: readonly string[], options: CaseOptions = {}, about?: string): CauseFacts {
  const readable = clusterOf(...documents);
  const [split] = [...splitsOf(readable.config)].flatMap(([name, each]) =>
    about === undefined || name.startsWith(about) ? [each] : [],
  );
  if (split === undefined) throw new Error('the documents declare no split');
  const named = [
    ...(options.past ?? []).map((name) => caller(name, 0)),
    ...(options.own ?? []).map((name) => caller(name, 1)),
  ];
  const { blind = [], past: _past, own: _own, ...more } = options;
  const facts = factsOfCluster(readable, split, { ...more, callers: named });
  return { ...facts, world: worldOf({ at: epochSeconds(1_000), cluster: withoutKinds(readable, blind) }) };
}

/** Facts of one split of a cluster. */
export function factsOfCluster(cluster: ClusterObjects, split: Split, more: Partial<CauseFacts> = {}): CauseFacts {
  return {
    split,
    object: objectOf(split, cluster),
    world: worldOf({ at: epochSeconds(1_000), cluster }),
    callers: [],
    behind: [],
    unaccounted: 0,
    isPartial: false,
    ...more,
  };
}

function objectOf({ object }: Split, { config }: ClusterObjects): ConfigObject {
  const lists = Object.values(config).flatMap((list) => [...(known(list)?.values() ?? [])]);
  const found = lists.find((each) => {
    return each.kind === object.kind && each.namespace === object.namespace && each.name === object.name;
  });
  if (found === undefined) throw new Error(`there is no ${object.kind} ${object.name}`);
  return found;
}

function caller(name: string, own: number): Caller {
  const isGateway = name.startsWith('gateway ');
  const [workload = '', namespace = ''] = name.replace('gateway ', '').split('.');
  return { namespace, workload, kind: isGateway ? 'gateway' : 'sidecar', own: own * 100, past: (1 - own) * 100 };
}

function withoutKinds(cluster: ClusterObjects, kinds: readonly string[]): ClusterObjects {
  const failed = { state: 'failed', error: REFUSED } as const;
  const unread = Object.fromEntries(kinds.map((kind) => [kind, failed]));
  return { ...cluster, ...unread, config: { ...cluster.config, ...unread } };
}
