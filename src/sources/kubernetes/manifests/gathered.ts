import type { InjectorValues, NodeFacts, ResourceDefinition, SecretFacts } from '../../../model/analysis-world.ts';
import { objectKey } from '../../../model/cluster.ts';
import { CONFIG_KIND_NAMES, type ConfigKey } from '../../../model/config-kinds.ts';
import type { InjectionWebhook } from '../../../model/injection.ts';
import type { ConfigObject, Deployment, MeshConfig, Namespace, Pod, Service } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { mapConfigObject } from '../objects/config-objects.ts';
import { record, text } from '../objects/fields.ts';
import { mapInjectors } from '../objects/injectors.ts';
import { mapMeshConfig } from '../objects/mesh-configs.ts';
import { metadataOf } from '../objects/metadata.ts';
import { mapNamespace } from '../objects/namespaces.ts';
import { mapDeployment } from '../objects/owners.ts';
import { mapPod } from '../objects/pods.ts';
import { mapService } from '../objects/services.ts';
import { mapInjectorValues } from './injector-values.ts';
import { mapSecret } from './secrets.ts';

/** The objects of files, mapped, each kind by its keys. */
export interface Gathered {
  readonly namespaces: Map<string, Namespace>;
  readonly pods: Map<string, Pod>;
  readonly services: Map<string, Service>;
  readonly deployments: Map<string, Deployment>;
  readonly injectors: Map<string, InjectionWebhook>;
  readonly meshConfigs: Map<string, MeshConfig>;
  readonly secrets: Map<string, SecretFacts>;
  readonly nodes: Map<string, NodeFacts>;
  readonly injectorValues: Map<string, InjectorValues>;
  readonly resourceDefinitions: Map<string, ResourceDefinition>;
  readonly config: ReadonlyMap<ConfigKey, Map<string, ConfigObject>>;
}

export function nothingGathered(): Gathered {
  const keys = Object.keys(CONFIG_KIND_NAMES) as ConfigKey[];
  return {
    namespaces: new Map(),
    pods: new Map(),
    services: new Map(),
    deployments: new Map(),
    injectors: new Map(),
    meshConfigs: new Map(),
    secrets: new Map(),
    nodes: new Map(),
    injectorValues: new Map(),
    resourceDefinitions: new Map(),
    config: new Map(keys.map((key) => [key, new Map()])),
  };
}

/** Puts one object where it belongs. @throws Error when it is not what its kind says */
type Take = (raw: RawObject, key: string, gathered: Gathered) => void;

/** Kinds of the whole cluster, whose objects have no namespace. */
export const CLUSTER_KINDS: ReadonlySet<string> = new Set([
  '/Namespace',
  '/Node',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

/** What is read, by group and kind. */
export const TAKES: ReadonlyMap<string, Take> = new Map<string, Take>([
  ['/Namespace', (raw, key, { namespaces }) => namespaces.set(key, mapNamespace(raw))],
  ['/Pod', (raw, key, { pods }) => pods.set(key, mapPod(raw))],
  ['/Service', (raw, key, { services }) => services.set(key, mapService(raw))],
  ['apps/Deployment', (raw, key, { deployments }) => deployments.set(key, mapDeployment(raw))],
  ['/Secret', (raw, key, { secrets }) => secrets.set(key, mapSecret(raw))],
  ['/Node', (raw, key, { nodes }) => nodes.set(key, mapNode(raw))],
  ['/ConfigMap', takeConfigMap],
  ['admissionregistration.k8s.io/MutatingWebhookConfiguration', takeInjectors],
  ['apiextensions.k8s.io/CustomResourceDefinition', takeDefinition],
  ...(Object.entries(CONFIG_KIND_NAMES) as [ConfigKey, string][]).map(([key, kind]): [string, Take] => [
    `${key.slice(key.indexOf('.') + 1)}/${kind}`,
    (raw, name, { config }) => config.get(key)?.set(name, mapConfigObject(raw)),
  ]),
]);

function mapNode(raw: RawObject): NodeFacts {
  const { name, labels } = metadataOf(raw);
  return { name, labels };
}

function takeConfigMap(raw: RawObject, key: string, { meshConfigs, injectorValues }: Gathered): void {
  const mesh = mapMeshConfig(raw);
  const injector = mapInjectorValues(raw);
  if (mesh !== undefined) meshConfigs.set(key, mesh);
  if (injector !== undefined) injectorValues.set(key, injector);
}

function takeInjectors(raw: RawObject, key: string, { injectors }: Gathered): void {
  for (const injector of mapInjectors(raw) ?? []) injectors.set(`${key}/${injector.name}`, injector);
}

function takeDefinition(raw: RawObject, key: string, { resourceDefinitions }: Gathered): void {
  const { name } = metadataOf(raw);
  const spec = record(raw['spec']);
  const kind = text(record(spec?.['names'])?.['kind']) ?? '';
  resourceDefinitions.set(key, { name, group: text(spec?.['group']) ?? '', kind });
}

/** `group/Kind` of an object, whatever the version. */
export function kindOf(raw: RawObject): string {
  const version = text(raw['apiVersion']) ?? '';
  const slash = version.indexOf('/');
  return `${slash === -1 ? '' : version.slice(0, slash)}/${text(raw['kind']) ?? ''}`;
}

/** The key of an object, once it is known whether it has a namespace. */
export function gatheredKey(raw: RawObject): string {
  const { namespace, name } = metadataOf(raw);
  return objectKey(namespace, name);
}
