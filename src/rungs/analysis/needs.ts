import type { ConfigKey } from '../../model/config-kinds.ts';

/** What an analyzer may look at. */
export type Need =
  | ConfigKey
  | 'deployments'
  | 'injectors'
  | 'injectorValues'
  | 'meshConfigs'
  | 'namespaces'
  | 'nodes'
  | 'pods'
  | 'resourceDefinitions'
  | 'secrets'
  | 'services';

/** What is looked at is called so where it is not known. */
export const NEED_NAMES: Readonly<Record<Exclude<Need, ConfigKey>, string>> = {
  deployments: 'Deployments',
  injectors: 'MutatingWebhookConfigurations',
  injectorValues: 'the ConfigMaps of the injector',
  meshConfigs: 'the mesh configuration',
  namespaces: 'Namespaces',
  nodes: 'Nodes',
  pods: 'Pods',
  resourceDefinitions: 'CustomResourceDefinitions',
  secrets: 'Secrets',
  services: 'Services',
};
