import { createHash } from 'node:crypto';
import type { EnvoyConfig } from '../../model/envoy-config.ts';
import { ENVOY_SECTIONS, type EnvoyResource, type EnvoySection } from '../../model/envoy-resource.ts';
import type { Replicas } from '../../model/inspection.ts';
import { canonicalBody } from './canonical-body.ts';
import { hideIdentities } from './hide-identities.ts';
import { loadedResources } from './replicas.ts';

/** No two configurations of one mesh come to the same text by chance. */
const LENGTH = 16;

/**
 * One short text for each section of an Envoy's dump: equal for two replicas exactly where `diffReplicas` finds nothing,
 * so that replicas can be compared that were not looked into at the same time. A section that cannot be read is absent.
 * @param siblings the other replicas: where one sees itself (a headless service), the others see it
 */
export function fingerprints(config: EnvoyConfig, siblings?: Replicas): Partial<Record<EnvoySection, string>> {
  const node = config.bootstrap?.node;
  const hide = hideIdentities({
    pods: [...(siblings?.pods ?? []), node?.pod ?? ''],
    addresses: [...(siblings?.addresses ?? []), ...(node?.addresses ?? [])],
  });
  const found: Partial<Record<EnvoySection, string>> = {};
  for (const section of ENVOY_SECTIONS) {
    const resources = loadedResources(config, section);
    if (resources === undefined) continue;
    found[section] = fingerprint(resources, section, section === 'endpoints' ? (text) => text : hide);
  }
  return found;
}

/** Of each resource only a digest is kept: the canonical texts of a large dump are larger than the dump. */
function fingerprint(
  resources: readonly EnvoyResource[],
  section: EnvoySection,
  replace: (text: string) => string,
): string {
  const options = { names: (name: string) => name, replace };
  const digests = resources.map(({ name, body }) =>
    digest(`${replace(name)}\n${JSON.stringify(canonicalBody(body, section, options))}`),
  );
  return digest(digests.sort().join('\n'));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, LENGTH);
}
