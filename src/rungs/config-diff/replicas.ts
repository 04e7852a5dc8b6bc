import type { EnvoyConfig, EnvoyNode } from '../../model/envoy-config.ts';
import type { EnvoyResource, EnvoySection } from '../../model/envoy-resource.ts';
import { type ConfigDiff, diffConfigs } from './diff-configs.ts';

/**
 * What two replicas of a workload have loaded: nothing should differ but who they are. Each may see the other where
 * the other sees itself (a headless service), so names and addresses of both become one; endpoints alone, which list
 * both in either, are compared as they are.
 */
export function diffReplicas(first: EnvoyConfig, second: EnvoyConfig): ConfigDiff {
  const identities = [first, second].flatMap(({ bootstrap }) => (bootstrap === undefined ? [] : [bootstrap.node]));
  const hide = hideIdentities(identities);
  return diffConfigs(first, second, {
    resources: (config, section) => loaded(config, section),
    replace: (text, section) => (section === 'endpoints' ? text : hide(text)),
  });
}

/** What is in force. Hosts of other than EDS clusters are found by each Envoy itself, by name or by its traffic. */
function loaded(config: EnvoyConfig, section: EnvoySection): readonly EnvoyResource[] | undefined {
  const there = config[section]?.filter(({ state }) => state === 'static' || state === 'active');
  if (section !== 'endpoints') return there;
  const sent = new Set(
    config.clusters?.filter(({ type }) => type === 'EDS').flatMap(({ name, endpointsName }) => [name, endpointsName]),
  );
  return config.clusters === undefined ? undefined : there?.filter(({ name }) => sent.has(name));
}

const ANYWHERE = /[.*+?^${}()|[\]\\]/g;

/** Puts `<pod>` and `<address>` for what a replica is called, where it stands as a word of its own. */
function hideIdentities(nodes: readonly EnvoyNode[]): (text: string) => string {
  const pods = pattern(
    nodes.map(({ pod }) => pod),
    String.raw`[\w-]`,
  );
  const addresses = pattern(
    nodes.flatMap((node) => node.addresses),
    String.raw`[\d:a-f]`,
  );
  return (text) => {
    const named = pods === undefined ? text : text.replaceAll(pods, '<pod>');
    return addresses === undefined ? named : named.replaceAll(addresses, '<address>');
  };
}

/** @param inside what a word does not end at */
function pattern(words: readonly string[], inside: string): RegExp | undefined {
  const known = [...new Set(words)].filter((word) => word !== '').toSorted((one, other) => other.length - one.length);
  if (known.length === 0) return undefined;
  const any = known.map((word) => word.replaceAll(ANYWHERE, String.raw`\$&`)).join('|');
  return new RegExp(`(?<!${inside})(?:${any})(?!${inside})`, 'g');
}
