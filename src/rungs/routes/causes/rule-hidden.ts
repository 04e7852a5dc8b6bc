import { keyOfObject } from '../../../model/cluster.ts';
import { firstOf, shellWord, shortHost } from '../../wording.ts';
import { type Cause, type CauseFacts, untold } from './cause.ts';
import { serviceOf } from './known-hosts.ts';
import { defines, rulesFor, rulesInForce, type WantedSubset, wantedSubsets } from './subset-rules.ts';

/** The DestinationRule that defines the subset is not the one that callers take. */
export const ruleHidden: Cause = {
  id: 'rule-hidden',
  what: 'The DestinationRule with the subset is not the one that callers take',
  sign: "a caller takes the rule of its own namespace, else of the service's, else of the root namespace, as far as `exportTo` lets it; the one it takes does not define the subset",
  mend: "put the subset into the rule that callers take, or the rule into the service's namespace with `exportTo: ['*']`",
  find(facts) {
    const { split, world } = facts;
    const hidden = wantedSubsets(split).flatMap((wanted) => {
      const namespaces = namespacesWithout(facts, wanted);
      return namespaces.length === 0 ? [] : [{ wanted, namespaces }];
    });
    const [first] = hidden;
    if (first === undefined) return undefined;
    const blind = untold(world, 'destinationrules.networking.istio.io', 'meshConfigs');
    if (blind !== undefined) return blind;
    const { destination, subset } = first.wanted;
    const owner = rulesFor(world, destination).find((rule) => defines(rule, subset));
    if (owner === undefined) return undefined;
    const name = keyOfObject(owner.object);
    return {
      isCertain: false,
      text: `DestinationRule ${name}, which defines subset ${subset} of ${shortHost(destination)}, is not the one that callers in ${firstOf(first.namespaces)} take`,
      evidence: [takenText(facts, first.wanted, first.namespaces[0] ?? '')],
      mend: `put subset ${subset} into the rule that they take, or let them take ${name}`,
      next: `kubectl -n ${shellWord(owner.object.namespace)} get destinationrule ${shellWord(owner.object.name)} -o yaml`,
    };
  },
};

/** Namespaces of callers that take a rule without the subset, though one with it exists. */
function namespacesWithout({ callers, world }: CauseFacts, wanted: WantedSubset): readonly string[] {
  if (!rulesFor(world, wanted.destination).some((rule) => defines(rule, wanted.subset))) return [];
  const namespaces = new Set(callers.map(({ namespace }) => namespace));
  const service = serviceOf(world, wanted.destination);
  if (service === undefined) return [];
  return [...namespaces].filter((namespace) => {
    // Where the workload makes a difference, its namespace alone does not tell.
    if (rulesInForce(world).selective.has(namespace)) return false;
    const taken = rulesInForce(world).forCaller(
      { namespace, labels: {} },
      { host: wanted.destination, namespace: service.namespace },
    );
    return taken === undefined || !defines(taken, wanted.subset);
  });
}

function takenText({ world }: CauseFacts, { destination }: WantedSubset, namespace: string): string {
  const service = serviceOf(world, destination)?.namespace ?? '';
  const taken = rulesInForce(world).forCaller({ namespace, labels: {} }, { host: destination, namespace: service });
  if (taken === undefined) return `from namespace ${namespace} no DestinationRule of the host is seen`;
  const [subset] = taken.subsets;
  return subset === undefined
    ? `from namespace ${namespace} one without subsets is taken`
    : `from namespace ${namespace} DestinationRule ${subset.object.namespace}/${subset.object.name} is taken`;
}
