import type { InjectorValues } from '../../../model/analysis-world.ts';
import type { Namespace, Pod } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { namespaceRef } from '../analyzer.ts';
import { INJECTION, REVISION } from '../membership.ts';
import { meshOf } from '../mesh.ts';
import { podsIn } from '../pods.ts';
import type { World } from '../world.ts';

const ROOT = 'istio-system';
const CONFIG_MAP = 'istio-sidecar-injector';

/** Pods of a namespace have the proxy of an earlier Istio. */
export const namespaceOldProxies: Analyzer = {
  codes: ['IST0158'],
  needs: ['namespaces', 'pods', 'injectorValues'],
  analyze(world, report) {
    for (const namespace of world.namespaces.filter(({ name }) => name !== ROOT)) {
      const image = injectedImage(world, namespace);
      if (image === undefined) continue;
      const old = podsIn(world, namespace.name).filter((pod) => isOther(pod, image));
      const pods = old.map(({ name }) => name).join(', ');
      if (old.length > 0) report('IST0158', namespaceRef(namespace.name), { pods });
    }
  },
};

function isOther({ containers, annotations }: Pod, image: string): boolean {
  const own = containers?.proxyImage;
  if (annotations['sidecar.istio.io/proxyImage'] !== undefined) return false;
  return own !== undefined && own !== image;
}

/** What the injector of its revision gives a namespace; nothing where it is not injected. */
function injectedImage(world: World, { labels }: Namespace): string | undefined {
  const revision = labels[INJECTION] === 'enabled' ? 'default' : labels[REVISION];
  if (!revision) return undefined;
  const name = revision === 'default' ? CONFIG_MAP : `${CONFIG_MAP}-${revision}`;
  const values = world.injectorValues.find((each: InjectorValues) => each.name === name);
  const { imageType } = meshOf(world);
  const image = values?.proxyImage;
  // `default` is the image as it is.
  return image === undefined || imageType === '' || imageType === 'default' ? image : `${image}-${imageType}`;
}
