import type { InjectorValues } from '../../../model/analysis-world.ts';
import type { Namespace } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { namespaceRef } from '../analyzer.ts';
import { DATAPLANE_MODE, INJECTION, REVISION } from '../membership.ts';

const ROOT = 'istio-system';

/** Nothing says whether the pods of a namespace join the mesh. */
export const namespaceInjection: Analyzer = {
  codes: ['IST0102', 'IST0148'],
  needs: ['namespaces'],
  analyze(world, report) {
    // Where the injector's values are not known, they are taken to be Istio's default.
    const code = isDefaultOn(world.injectorValues) ? 'IST0148' : 'IST0102';
    for (const namespace of world.namespaces) {
      if (namespace.name !== ROOT && saysNothing(namespace)) report(code, namespaceRef(namespace.name), {});
    }
  },
};

function isDefaultOn(injectors: readonly InjectorValues[]): boolean {
  return injectors.some(({ enableNamespacesByDefault }) => enableNamespacesByDefault);
}

function saysNothing({ labels }: Namespace): boolean {
  return !labels[INJECTION] && labels[REVISION] === undefined && labels[DATAPLANE_MODE] !== 'ambient';
}
