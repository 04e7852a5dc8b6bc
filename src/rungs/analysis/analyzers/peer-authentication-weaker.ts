import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { MTLS_MODES, type MtlsMode, type PeerScope, peerScopes } from '../peer-authentications.ts';

/** A PeerAuthentication takes back what a wider one, or the mesh's default, asks for. */
export const peerAuthenticationWeaker: Analyzer = {
  codes: ['ML0002'],
  needs: ['peerauthentications.security.istio.io', 'meshConfigs'],
  analyze(world, report) {
    const scopes = peerScopes(world);
    for (const { level, namespace, mode, winner } of scopes.filter((scope) => scope.level !== 'mesh')) {
      const wider = widerThan(scopes, level, namespace);
      if (mode === undefined || strength(mode) >= strength(wider.mode)) continue;
      const effect = mode === 'DISABLE' ? 'mutual TLS is off there' : 'plain text is let in there';
      report('ML0002', refOf(winner), { mode, wider: wider.name, widerMode: wider.mode, effect });
    }
  },
};

interface Wider {
  readonly name: string;
  readonly mode: MtlsMode;
}

function widerThan(scopes: readonly PeerScope[], level: PeerScope['level'], namespace: string): Wider {
  const ofNamespace = scopes.find((scope) => scope.level === 'namespace' && scope.namespace === namespace);
  const ofMesh = scopes.find((scope) => scope.level === 'mesh');
  const candidates = level === 'workload' ? [ofNamespace, ofMesh] : [ofMesh];
  for (const scope of candidates) {
    if (scope?.mode === undefined) continue;
    return { name: `PeerAuthentication ${scope.namespace}/${scope.winner.name}`, mode: scope.mode };
  }
  return { name: "Istio's default", mode: 'PERMISSIVE' };
}

function strength(mode: MtlsMode): number {
  return MTLS_MODES.indexOf(mode);
}
