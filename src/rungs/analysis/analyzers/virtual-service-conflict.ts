import { keyOfObject } from '../../../model/cluster.ts';
import { textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { fullHost, overlaps } from '../host-names.ts';
import { scopesOf } from '../hosts.ts';
import type { World } from '../world.ts';

/** Two VirtualServices route one host in the mesh, where a third party sees both. */
export const virtualServiceConflict: Analyzer = {
  codes: ['IST0109'],
  needs: ['virtualservices.networking.istio.io'],
  analyze(world, report) {
    const reported = new Set<ConfigObject>();
    for (const { host, rivals } of rivalries(world)) {
      const names = rivals.map(keyOfObject).join(', ');
      for (const object of rivals) {
        if (reported.has(object)) continue;
        reported.add(object);
        report('IST0109', refOf(object), { names, host });
      }
    }
  },
};

interface Rivalry {
  readonly host: string;
  readonly rivals: readonly ConfigObject[];
}

interface Claim {
  readonly scope: string;
  readonly host: string;
  readonly claimants: ConfigObject[];
}

/** A claim for some namespaces also meets those for all namespaces, there with wildcards taken into account. */
function rivalries(world: World): readonly Rivalry[] {
  const claims = claimsOf(world);
  const everywhere = claims.filter(({ scope }) => scope === '*');
  return claims.flatMap(({ scope, host, claimants }) => {
    const wider = scope === '*' ? [] : everywhere.filter((claim) => overlaps(claim.host, host));
    const rivals = [...new Set([...claimants, ...wider.flatMap((claim) => claim.claimants)])];
    return rivals.length > 1 ? [{ host, rivals }] : [];
  });
}

function claimsOf(world: World): readonly Claim[] {
  const claims = new Map<string, Claim>();
  for (const object of world.config('virtualservices.networking.istio.io').filter(isForMesh)) {
    const hosts = new Set(textsAt(object.spec, 'hosts').map((host) => fullHost(host, object.namespace)));
    for (const scope of scopesOf(textsAt(object.spec, 'exportTo'), object.namespace)) {
      for (const host of hosts) {
        const claim = claims.get(`${scope}/${host}`) ?? { scope, host, claimants: [] };
        claim.claimants.push(object);
        claims.set(`${scope}/${host}`, claim);
      }
    }
  }
  return [...claims.values()];
}

function isForMesh({ spec }: ConfigObject): boolean {
  const gateways = textsAt(spec, 'gateways');
  return gateways.length === 0 || gateways.includes('mesh');
}
