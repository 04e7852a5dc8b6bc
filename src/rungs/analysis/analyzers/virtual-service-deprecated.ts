import { numberAt, objectsAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';

/** A VirtualService uses the whole percent of a delay fault, which `percentage` replaced. */
export const virtualServiceDeprecated: Analyzer = {
  codes: ['IST0002'],
  needs: ['virtualservices.networking.istio.io'],
  analyze(world, report) {
    for (const object of world.config('virtualservices.networking.istio.io')) {
      const percents = objectsAt(object.spec, 'http').map((rule) => numberAt(rule, 'fault', 'delay', 'percent') ?? 0);
      if (percents.some((percent) => percent > 0)) {
        report('IST0002', refOf(object), {
          what: 'http.fault.delay.percent',
          instead: 'use http.fault.delay.percentage.value',
        });
      }
    }
  },
};
