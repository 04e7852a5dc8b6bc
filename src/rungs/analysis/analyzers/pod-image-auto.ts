import type { Analyzer } from '../analyzer.ts';

/** A pod's proxy has the image that the injector should have replaced. */
export const podImageAuto: Analyzer = {
  codes: ['IST0147'],
  needs: ['pods'],
  analyze(world, report) {
    for (const { namespace, name, containers } of world.pods) {
      if (containers?.proxyImage === 'auto') report('IST0147', { kind: 'Pod', namespace, name }, {});
    }
  },
};
