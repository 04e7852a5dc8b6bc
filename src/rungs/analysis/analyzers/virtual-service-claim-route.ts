import { objectKey } from '../../../model/cluster.ts';
import { labelsAt, objectAt, objectsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject, Pod } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { gatewayKey, gatewaysOf, namedGateways } from '../gateway-names.ts';
import { carries, podsWith } from '../pods.ts';
import type { World } from '../world.ts';

const CLAIM = /^@request\.auth\.claims(?:\.|\[)/i;
/** Where istioctl looks for policies of all namespaces, whatever the mesh's root namespace. */
const ROOT = 'istio-system';

/** A VirtualService routes by claims of a token that nobody verifies at the gateway. */
export const virtualServiceClaimRoute: Analyzer = {
  codes: ['IST0149'],
  needs: [
    'virtualservices.networking.istio.io',
    'gateways.networking.istio.io',
    'requestauthentications.security.istio.io',
    'pods',
  ],
  analyze(world, report) {
    for (const object of world.config('virtualservices.networking.istio.io')) {
      const claim = claimIn(object);
      if (claim === undefined) continue;
      for (const gateway of namedGateways(object)) {
        for (const { namespace, name } of unverifiedPods(world, gatewayKey(gateway, object.namespace))) {
          report('IST0149', refOf(object), { claim, gateway, pod: objectKey(namespace, name) });
        }
      }
    }
  },
};

/** The pods of a gateway at which nobody looks at tokens. */
function unverifiedPods(world: World, gateway: string): readonly Pod[] {
  const found = gatewaysOf(world).istio.get(gateway);
  const pods = found === undefined ? [] : podsWith(world, labelsAt(found.spec, 'selector'));
  return pods.filter((pod) => !isVerified(world, pod));
}

function claimIn({ spec }: ConfigObject): string | undefined {
  const matches = objectsAt(spec, 'http').flatMap((rule) => objectsAt(rule, 'match'));
  const names = matches.flatMap((match) => [
    ...Object.keys(objectAt(match, 'headers') ?? {}),
    ...Object.keys(objectAt(match, 'withoutHeaders') ?? {}),
  ]);
  return names.find((name) => CLAIM.test(name));
}

function isVerified(world: World, pod: Pod): boolean {
  return world.config('requestauthentications.security.istio.io').some(({ namespace, spec }) => {
    const isInScope = namespace === ROOT || namespace === pod.namespace;
    return isInScope && carries(pod.labels, labelsAt(spec, 'selector', 'matchLabels'));
  });
}
