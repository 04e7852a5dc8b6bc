import { textAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { isMeshSaid, providerNames } from '../providers.ts';

/** An AuthorizationPolicy leaves the decision to a provider that the mesh does not have. */
export const authorizationPolicyProvider: Analyzer = {
  codes: ['ML0006'],
  needs: ['authorizationpolicies.security.istio.io', 'meshConfigs'],
  analyze(world, report) {
    if (!isMeshSaid(world)) return;
    for (const object of world.config('authorizationpolicies.security.istio.io')) {
      const provider = textAt(object.spec, 'provider', 'name');
      if (textAt(object.spec, 'action') !== 'CUSTOM' || provider === '' || providerNames(world).has(provider)) continue;
      report('ML0006', refOf(object), { provider });
    }
  },
};
