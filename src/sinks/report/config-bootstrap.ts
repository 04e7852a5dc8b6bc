import type { EnvoyBootstrap } from '../../model/envoy-config.ts';
import type { ConfigTable } from './config-table.ts';

/** Who the proxy is, on a few lines; all of what it was started with is in the JSON. */
export function bootstrapTable({ node }: EnvoyBootstrap): ConfigTable {
  const facts: readonly (readonly [string, string])[] = [
    ['Node', node.id],
    ['Type', node.type],
    ['Pod', node.pod],
    ['Namespace', node.namespace],
    ['Workload', node.workload],
    ['Addresses', node.addresses.join(', ')],
    ['DNS domain', node.dnsDomain],
    ['Istio version', node.istioVersion],
    ['Envoy version', node.envoyVersion],
  ];
  return { head: ['WHAT', 'VALUE'], rows: facts.filter(([, value]) => value !== '') };
}
