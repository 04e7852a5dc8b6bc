import { keyOfObject } from '../../../model/cluster.ts';
import { objectAt, objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';

/** A VirtualService delegates to one that does not exist. */
export const virtualServiceDelegate: Analyzer = {
  codes: ['ML0005'],
  needs: ['virtualservices.networking.istio.io'],
  analyze(world, report) {
    const all = world.config('virtualservices.networking.istio.io');
    const names = new Set(all.map(keyOfObject));
    for (const object of all) {
      for (const rule of objectsAt(object.spec, 'http')) {
        const delegate = objectAt(rule, 'delegate');
        if (delegate === undefined) continue;
        const key = `${textAt(delegate, 'namespace') || object.namespace}/${textAt(delegate, 'name')}`;
        if (!names.has(key)) report('ML0005', refOf(object), { delegate: key });
      }
    }
  },
};
