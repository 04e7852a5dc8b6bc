import { keyOfObject } from '../../../model/cluster.ts';
import type { Analyzer } from '../analyzer.ts';

const VARIABLE = 'BLOCKED_CIDRS_IN_JWKS_URIS';

/** istiod fetches keys from wherever a RequestAuthentication says. */
export const istiodJwks: Analyzer = {
  codes: ['IST0175'],
  needs: ['requestauthentications.security.istio.io', 'deployments'],
  analyze(world, report) {
    const policies = world.config('requestauthentications.security.istio.io');
    if (policies.length === 0) return;
    const names = policies.map(keyOfObject).join(', ');
    for (const { namespace, name, labels, template } of world.deployments) {
      if (labels['app'] !== 'istiod' || template === undefined) continue;
      if (template.environment?.includes(VARIABLE)) continue;
      report('IST0175', { kind: 'Deployment', namespace, name }, { names });
    }
  },
};
