import type { InjectorValues } from '../../../model/analysis-world.ts';
import type { Namespace, Pod } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { namespaceRef } from '../analyzer.ts';
import { INJECTION, REVISION } from '../membership.ts';
import { meshOf } from '../mesh.ts';
import { podsIn } from '../pods.ts';
import type { World } from '../world.ts';

const CONFIG_MAP = 'istio-sidecar-injector';

/** Pods of a namespace have the proxy of an earlier Istio. */
export const namespaceOldProxies: Analyzer = {
  codes: ['IST0158'],
  needs: ['namespaces', 'pods', 'injectorValues'],
  analyze(world, report) {
    for (const namespace of world.namespaces) {
      const images = injectedImages(world, namespace);
      if (images.length === 0) continue;
      const old = podsIn(world, namespace.name).filter((pod) => isOther(pod, images));
      const pods = old.map(({ name }) => name).join(', ');
      if (old.length > 0) report('IST0158', namespaceRef(namespace.name), { pods });
    }
  },
};

function isOther({ containers, annotations }: Pod, images: readonly string[]): boolean {
  const own = containers?.proxyImage;
  if (annotations['sidecar.istio.io/proxyImage']) return false;
  return own !== undefined && !images.includes(own);
}

/**
 * What the injector of its revision may give a namespace: its image as it is, or the variant that the mesh asks for.
 * Nothing where it is not injected.
 */
function injectedImages(world: World, { labels }: Namespace): readonly string[] {
  const revision = labels[REVISION] ?? (labels[INJECTION] === 'enabled' ? 'default' : undefined);
  if (revision === undefined) return [];
  const name = revision === 'default' || revision === '' ? CONFIG_MAP : `${CONFIG_MAP}-${revision}`;
  const values = world.injectorValues.find((each: InjectorValues) => each.name === name);
  const { imageType } = meshOf(world);
  const image = values?.proxyImage;
  return image === undefined ? [] : [image, `${image}-${imageType}`];
}
