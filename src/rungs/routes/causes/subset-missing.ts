import { firstOf, shellWord, shortHost } from '../../wording.ts';
import { type Cause, untold } from './cause.ts';
import { defines, rulesFor, wantedSubsets } from './subset-rules.ts';

/** A subset that no DestinationRule defines: what is sent there is answered with 503 and flag NC. */
export const subsetMissing: Cause = {
  id: 'subset-missing',
  what: 'The subset is in no DestinationRule',
  sign: 'no DestinationRule of the host defines a subset that is to get a share; its requests end with 503 and flag NC',
  mend: 'define the subset in the DestinationRule of the host',
  find({ split, world, isPartial }) {
    const missing = wantedSubsets(split).filter(
      ({ destination, subset }) => !rulesFor(world, destination).some((rule) => defines(rule, subset)),
    );
    const [first] = missing;
    if (first === undefined) return undefined;
    const blind = untold(world, 'destinationrules.networking.istio.io');
    if (blind !== undefined) return blind;
    const rules = rulesFor(world, first.destination);
    const [rule] = rules;
    const namespace = shellWord(rule?.object.namespace ?? split.object.namespace);
    return {
      isCertain: !isPartial,
      text: `subset ${firstOf(missing.map(({ subset }) => subset))} of ${shortHost(first.destination)} is in no DestinationRule`,
      evidence: rules.slice(0, 3).map(({ object, subsets }) => {
        const names = firstOf(
          subsets.map(({ name }) => name),
          6,
        );
        return `DestinationRule ${object.namespace}/${object.name} has ${names || 'no subsets'}`;
      }),
      mend: `define subset ${first.subset} in ${rule === undefined ? 'a DestinationRule' : `DestinationRule ${rule.object.namespace}/${rule.object.name}`}`,
      next: `kubectl -n ${namespace} get destinationrule -o yaml`,
    };
  },
};
