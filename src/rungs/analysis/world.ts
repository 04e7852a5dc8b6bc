import type {
  AnalysisWorld,
  InjectorValues,
  NodeFacts,
  ResourceDefinition,
  SecretFacts,
} from '../../model/analysis-world.ts';
import type { EpochSeconds } from '../../model/brand.ts';
import type { ClusterObjects, ObjectMap } from '../../model/cluster.ts';
import { CONFIG_KIND_NAMES, type ConfigKey } from '../../model/config-kinds.ts';
import type { InjectionWebhook } from '../../model/injection.ts';
import { known, type Observed } from '../../model/observed.ts';
import { compareText } from '../../model/text-order.ts';
import type { ConfigObject, Deployment, MeshConfig, Namespace, Pod, Service } from '../../model/workload.ts';
import { failureReason, NEED_NAMES, type Need } from './needs.ts';

/**
 * The objects as analyzers see them: lists in the order of their keys, so that no answer hangs on the order in which
 * they came, and empty where unknown, since no analyzer is run on what is unknown to it.
 */
export interface World {
  readonly at: EpochSeconds;
  readonly namespaces: readonly Namespace[];
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly deployments: readonly Deployment[];
  readonly injectors: readonly InjectionWebhook[];
  readonly meshConfigs: readonly MeshConfig[];
  readonly secrets: readonly SecretFacts[];
  readonly nodes: readonly NodeFacts[];
  readonly injectorValues: readonly InjectorValues[];
  readonly resourceDefinitions: readonly ResourceDefinition[];
  config(key: ConfigKey): readonly ConfigObject[];
  /** Why this is unknown, as a clause; `undefined` where it is known. */
  unknown(need: Need): string | undefined;
}

/** Reads each list when it is asked for; one that did not change is put in order once, for every world it is in. */
export function worldOf(given: AnalysisWorld): World {
  const { cluster } = given;
  return {
    at: given.at,
    get namespaces() {
      return inOrder(known(cluster.namespaces));
    },
    get pods() {
      return inOrder(known(cluster.pods));
    },
    get services() {
      return inOrder(known(cluster.services));
    },
    get deployments() {
      return inOrder(known(cluster.deployments));
    },
    get injectors() {
      return inOrder(known(cluster.injectors));
    },
    get meshConfigs() {
      return inOrder(known(cluster.meshConfigs));
    },
    get secrets() {
      return inOrder(given.secrets);
    },
    get nodes() {
      return inOrder(given.nodes);
    },
    get injectorValues() {
      return inOrder(given.injectorValues);
    },
    get resourceDefinitions() {
      return inOrder(given.resourceDefinitions);
    },
    config: (key) => inOrder(ofKind(known(observedConfig(given, key)), CONFIG_KIND_NAMES[key])),
    unknown: (need) => whyUnknown(given, need),
  };
}

/** What an analyzer that needs this gets to see: the same thing as long as nothing of it changes. */
export function givenFor(given: AnalysisWorld, need: Need): unknown {
  if (need === 'secrets' || need === 'nodes' || need === 'injectorValues' || need === 'resourceDefinitions') {
    return given[need];
  }
  return known<unknown>(observedFor(given.cluster, need) ?? NOT_ASKED);
}

/** How far to trust it; undefined for what no list of the cluster tells. */
export function observedFor(cluster: ClusterObjects, need: Need): Observed<unknown> | undefined {
  if (isConfig(need)) return observedConfig({ cluster }, need);
  if (need === 'secrets' || need === 'nodes' || need === 'injectorValues' || need === 'resourceDefinitions') {
    return undefined;
  }
  return cluster[need];
}

const ordered = new WeakMap<ObjectMap<unknown>, readonly unknown[]>();
const NOTHING: readonly never[] = Object.freeze([]);

function inOrder<T>(map: ObjectMap<T> | undefined): readonly T[] {
  if (map === undefined) return NOTHING;
  const before = ordered.get(map) as readonly T[] | undefined;
  const list = before ?? [...map].sort(([one], [other]) => compareText(one, other)).map(([, value]) => value);
  ordered.set(map, list);
  return list;
}

const sound = new WeakMap<ObjectMap<ConfigObject>, ObjectMap<ConfigObject>>();

/** An object is of the kind of its list, whatever it says itself: items of a list may say nothing. */
function ofKind(objects: ObjectMap<ConfigObject> | undefined, kind: string): ObjectMap<ConfigObject> | undefined {
  if (objects === undefined) return undefined;
  const before = sound.get(objects);
  if (before !== undefined) return before;
  const isSound = [...objects.values()].every((object) => object.kind === kind);
  const result = isSound ? objects : new Map([...objects].map(([key, object]) => [key, { ...object, kind }]));
  sound.set(objects, result);
  return result;
}

function observedConfig({ cluster }: Pick<AnalysisWorld, 'cluster'>, key: string): Observed<ObjectMap<ConfigObject>> {
  return Object.hasOwn(cluster.config, key) ? (cluster.config[key] ?? NOT_ASKED) : NOT_ASKED;
}

const NOT_ASKED = { state: 'pending' } as const;

function whyUnknown(given: AnalysisWorld, need: Need): string | undefined {
  const name = isConfig(need) ? need : NEED_NAMES[need];
  if (need === 'secrets' || need === 'nodes' || need === 'injectorValues' || need === 'resourceDefinitions') {
    return given[need] === undefined ? `${name} are not read` : undefined;
  }
  return whyUnobserved(observedFor(given.cluster, need) ?? NOT_ASKED, name);
}

function isConfig(need: Need): need is ConfigKey {
  return Object.hasOwn(CONFIG_KIND_NAMES, need);
}

function whyUnobserved(observed: Observed<unknown>, name: string): string | undefined {
  if (observed.state === 'pending') return `${name} are not known`;
  return observed.state === 'failed' ? failureReason(name, observed.error.detail) : undefined;
}
