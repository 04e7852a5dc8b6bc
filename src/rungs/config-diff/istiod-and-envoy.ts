import type { EnvoyConfig } from '../../model/envoy-config.ts';
import type { EnvoySection } from '../../model/envoy-resource.ts';
import { type ConfigDiff, type DiffOptions, diffConfigs } from './diff-configs.ts';

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
  return diffConfigs(istiod, envoy, {
    resources: sentResources(istiod, envoy),
    ...(sections === undefined ? {} : { sections }),
  });
}

/** The same, by the names of resources alone; a section that one of them does not have is absent. */
export function differingNames(istiod: EnvoyConfig, envoy: EnvoyConfig): Partial<Record<EnvoySection, string[]>> {
  const { sections, differences } = diffConfigs(istiod, envoy, {
    resources: sentResources(istiod, envoy),
    show: () => '',
  });
  const names: Partial<Record<EnvoySection, string[]>> = {};
  for (const { section, state } of sections) if (state !== 'unknown') names[section] = [];
  for (const { section, name } of differences) names[section]?.push(name);
  return names;
}

function sentResources(istiod: EnvoyConfig, envoy: EnvoyConfig): DiffOptions['resources'] {
  const sent = sentEndpoints(istiod, envoy);
  return (config, section) => {
    const active = config[section]?.filter(({ state }) => state === 'active');
    return section === 'endpoints' ? active?.filter(({ name }) => sent(name)) : active;
  };
}

/** Endpoints that istiod sends: those it says it would, and those of clusters that wait for them. */
function sentEndpoints(istiod: EnvoyConfig, envoy: EnvoyConfig): (name: string) => boolean {
  const names = new Set(istiod.endpoints?.map(({ name }) => name));
  for (const { type, name, endpointsName } of envoy.clusters ?? []) {
    if (type === 'EDS') names.add(name).add(endpointsName);
  }
  return (name) => names.has(name);
}
