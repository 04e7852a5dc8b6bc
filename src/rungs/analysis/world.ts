import type {
  AnalysisWorld,
  InjectorValues,
  NodeFacts,
  ResourceDefinition,
  SecretFacts,
} from '../../model/analysis-world.ts';
import type { EpochSeconds } from '../../model/brand.ts';
import type { ObjectMap } from '../../model/cluster.ts';
import { CONFIG_KIND_NAMES, type ConfigKey } from '../../model/config-kinds.ts';
import type { InjectionWebhook } from '../../model/injection.ts';
import { known, type Observed } from '../../model/observed.ts';
import { compareText } from '../../model/text-order.ts';
import type { ConfigObject, Deployment, MeshConfig, Namespace, Pod, Service } from '../../model/workload.ts';
import { NEED_NAMES, type Need } from './needs.ts';

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

/** Reads each list once, when it is first asked for. */
export function worldOf(given: AnalysisWorld): World {
  const { cluster } = given;
  const lists = new Map<Need, readonly unknown[]>();
  const list = <T>(need: Need, value: ObjectMap<T> | undefined): readonly T[] => {
    const made = (lists.get(need) as readonly T[] | undefined) ?? inOrder(value);
    lists.set(need, made);
    return made;
  };
  return {
    at: given.at,
    get namespaces() {
      return list('namespaces', known(cluster.namespaces));
    },
    get pods() {
      return list('pods', known(cluster.pods));
    },
    get services() {
      return list('services', known(cluster.services));
    },
    get deployments() {
      return list('deployments', known(cluster.deployments));
    },
    get injectors() {
      return list('injectors', known(cluster.injectors));
    },
    get meshConfigs() {
      return list('meshConfigs', known(cluster.meshConfigs));
    },
    get secrets() {
      return list('secrets', given.secrets);
    },
    get nodes() {
      return list('nodes', given.nodes);
    },
    get injectorValues() {
      return list('injectorValues', given.injectorValues);
    },
    get resourceDefinitions() {
      return list('resourceDefinitions', given.resourceDefinitions);
    },
    config: (key) => list(key, ofKind(known(observedConfig(given, key)), CONFIG_KIND_NAMES[key])),
    unknown: (need) => whyUnknown(given, need),
  };
}

function inOrder<T>(map: ObjectMap<T> | undefined): readonly T[] {
  return map === undefined ? [] : [...map].sort(([one], [other]) => compareText(one, other)).map(([, value]) => value);
}

/** An object is of the kind of its list, whatever it says itself: items of a list may say nothing. */
function ofKind(objects: ObjectMap<ConfigObject> | undefined, kind: string): ObjectMap<ConfigObject> | undefined {
  if (objects === undefined) return undefined;
  for (const object of objects.values()) if (object.kind !== kind) return corrected(objects, kind);
  return objects;
}

function corrected(objects: ObjectMap<ConfigObject>, kind: string): ObjectMap<ConfigObject> {
  return new Map([...objects].map(([key, object]) => [key, { ...object, kind }]));
}

function observedConfig({ cluster }: AnalysisWorld, key: string): Observed<ObjectMap<ConfigObject>> {
  return Object.hasOwn(cluster.config, key) ? (cluster.config[key] ?? NOT_ASKED) : NOT_ASKED;
}

const NOT_ASKED = { state: 'pending' } as const;

function whyUnknown(given: AnalysisWorld, need: Need): string | undefined {
  if (isConfig(need)) return whyUnobserved(observedConfig(given, need), need);
  const name = NEED_NAMES[need];
  if (need === 'secrets' || need === 'nodes' || need === 'injectorValues' || need === 'resourceDefinitions') {
    return given[need] === undefined ? `${name} are not read` : undefined;
  }
  return whyUnobserved(given.cluster[need], name);
}

function isConfig(need: Need): need is ConfigKey {
  return Object.hasOwn(CONFIG_KIND_NAMES, need);
}

function whyUnobserved(observed: Observed<unknown>, name: string): string | undefined {
  if (observed.state === 'pending') return `${name} are not known`;
  return observed.state === 'failed' ? `${name} could not be read: ${observed.error.detail}` : undefined;
}
