import type { EnvoyConfig } from '../../model/envoy-config.ts';
import type { EnvoyResource, EnvoySection } from '../../model/envoy-resource.ts';
import { type ConfigDiff, diffConfigs } from './diff-configs.ts';
import { hideIdentities } from './hide-identities.ts';

/**
 * What two replicas of a workload have loaded: nothing should differ but who they are. Each may see the other where
 * the other sees itself (a headless service), so names and addresses of both become one; endpoints alone, which list
 * both in either, are compared as they are.
 */
export function diffReplicas(first: EnvoyConfig, second: EnvoyConfig): ConfigDiff {
  const nodes = [first, second].flatMap(({ bootstrap }) => (bootstrap === undefined ? [] : [bootstrap.node]));
  const hide = hideIdentities({
    pods: nodes.map(({ pod }) => pod),
    addresses: nodes.flatMap(({ addresses }) => addresses),
  });
  return diffConfigs(first, second, {
    resources: (config, section) => loadedResources(config, section),
    replace: (text, section) => (section === 'endpoints' ? text : hide(text)),
  });
}

/** What is in force. Hosts of other than EDS clusters are found by each Envoy itself, by name or by its traffic. */
export function loadedResources(config: EnvoyConfig, section: EnvoySection): readonly EnvoyResource[] | undefined {
  const there = config[section]?.filter(({ state }) => state === 'static' || state === 'active');
  if (section !== 'endpoints') return there;
  const sent = new Set(
    config.clusters?.filter(({ type }) => type === 'EDS').flatMap(({ name, endpointsName }) => [name, endpointsName]),
  );
  return config.clusters === undefined ? undefined : there?.filter(({ name }) => sent.has(name));
}
