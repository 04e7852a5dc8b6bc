import type { EnvoyConfig } from '../../model/envoy-config.ts';
import type { EnvoyResource, EnvoySection } from '../../model/envoy-resource.ts';
import { type ConfigDiff, diffConfigs } from './diff-configs.ts';

/**
 * What istiod would send a proxy against what its Envoy has loaded. Only what istiod sends is compared: static
 * resources come from the bootstrap, and endpoints of other than EDS clusters are Envoy's own.
 * @param sections those looked at; all by default
 */
export function diffIstiodAndEnvoy(
  istiod: EnvoyConfig,
  envoy: EnvoyConfig,
  sections?: readonly EnvoySection[],
): ConfigDiff {
  const sent = sentEndpoints(istiod, envoy);
  const resources = (config: EnvoyConfig, section: EnvoySection): readonly EnvoyResource[] | undefined => {
    const active = config[section]?.filter(({ state }) => state === 'active');
    return section === 'endpoints' ? active?.filter(({ name }) => sent(name)) : active;
  };
  return diffConfigs(istiod, envoy, { resources, ...(sections === undefined ? {} : { sections }) });
}

/** Endpoints that istiod sends: those it says it would, and those of clusters that wait for them. */
function sentEndpoints(istiod: EnvoyConfig, envoy: EnvoyConfig): (name: string) => boolean {
  const names = new Set(istiod.endpoints?.map(({ name }) => name));
  for (const { type, name, endpointsName } of envoy.clusters ?? []) {
    if (type === 'EDS') names.add(name).add(endpointsName);
  }
  return (name) => names.has(name);
}
