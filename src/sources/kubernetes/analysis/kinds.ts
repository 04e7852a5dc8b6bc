import type { InjectorValues, NodeFacts, SecretFacts } from '../../../model/analysis-world.ts';
import type { Kind } from '../kinds.ts';
import { metadataOf } from '../objects/metadata.ts';
import { mapInjectorValues } from './injector-values.ts';
import { mapSecret } from './secrets.ts';

/** Kinds that only `meshladder analyze` lists, when it is run; the exporter never does. */
export const ANALYSIS_KINDS: {
  readonly secrets: Kind<SecretFacts>;
  readonly nodes: Kind<NodeFacts>;
  readonly injectorValues: Kind<InjectorValues>;
} = {
  secrets: {
    group: '',
    version: 'v1',
    resource: 'secrets',
    reach: 'namespaced',
    map: mapSecret,
    why: 'certificates of gateways, only with --secrets',
  },
  nodes: {
    group: '',
    version: 'v1',
    resource: 'nodes',
    reach: 'cluster',
    metadataOnly: true,
    map: mapNode,
    why: 'labels of places that subsets may go by (metadata only)',
  },
  injectorValues: {
    group: '',
    version: 'v1',
    resource: 'configmaps',
    reach: 'namespaced',
    map: mapInjectorValues,
    why: 'the image that the injector gives',
  },
};

export function mapNode(raw: Parameters<typeof metadataOf>[0]): NodeFacts {
  const { name, labels } = metadataOf(raw);
  return { name, labels };
}
