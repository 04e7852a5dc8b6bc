import { CLUSTER_DOMAIN } from '../../../model/cluster-domain.ts';
import { textsAt } from '../../../model/spec-paths.ts';
import { meshOf } from '../../analysis/mesh.ts';
import { perWorld } from '../../analysis/per-world.ts';
import type { World } from '../../analysis/world.ts';
import {
  DESTINATION_RULES,
  type DestinationRule,
  type DestinationRules,
  destinationRules,
  matchesHost,
  readDestinationRule,
} from '../../mtls/destination-rules.ts';
import type { Split } from '../splits.ts';

/** A subset that is to get a share. */
export interface WantedSubset {
  readonly destination: string;
  readonly subset: string;
}

export function wantedSubsets({ weights }: Split): readonly WantedSubset[] {
  return weights.filter(({ subset, ratio }) => subset !== '' && ratio > 0);
}

const allRules: (world: World) => readonly DestinationRule[] = perWorld((world) =>
  world.config(DESTINATION_RULES).flatMap((object) => readDestinationRule(object, CLUSTER_DOMAIN) ?? []),
);

/** Who takes which rule. */
export const rulesInForce: (world: World) => DestinationRules = perWorld((world) => {
  const { rootNamespace, config } = meshOf(world);
  return destinationRules(allRules(world), {
    rootNamespace,
    defaultExportTo: textsAt(config?.raw, 'defaultDestinationRuleExportTo'),
  });
});

const byHost = perWorld((world) => Map.groupBy(allRules(world), ({ host }) => host));

const wildcards = perWorld((world) => allRules(world).filter(({ host }) => host.startsWith('*')));

/** Rules for a host, wherever they are. */
export function rulesFor(world: World, host: string): readonly DestinationRule[] {
  const exact = byHost(world).get(host) ?? [];
  return [...exact, ...wildcards(world).filter((rule) => rule.host !== host && matchesHost(rule.host, host))];
}

export function defines({ subsets }: Pick<DestinationRule, 'subsets'>, name: string): boolean {
  return subsets.some((subset) => subset.name === name);
}
