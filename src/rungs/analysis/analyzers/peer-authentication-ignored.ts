import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { peerScopes } from '../peer-authentications.ts';

/** A PeerAuthentication has no effect, since an older one has the same scope. */
export const peerAuthenticationIgnored: Analyzer = {
  codes: ['ML0001'],
  needs: ['peerauthentications.security.istio.io', 'meshConfigs'],
  analyze(world, report) {
    for (const { winner, ignored } of peerScopes(world)) {
      for (const object of ignored) report('ML0001', refOf(object), { winner: winner.name });
    }
  },
};
