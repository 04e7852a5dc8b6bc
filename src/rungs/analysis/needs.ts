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

const FAILED = ' could not be read: ';

/** Why something is unknown that was asked for in vain. */
export function failureReason(name: string, detail: string): string {
  return `${name}${FAILED}${detail}`;
}

/** Whether something was asked for in vain, and not left unread on purpose. */
export function tellsFailure(why: string): boolean {
  return why.includes(FAILED);
}
