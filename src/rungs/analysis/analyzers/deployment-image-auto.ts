import { selects } from '../../../model/label-selector.ts';
import type { Analyzer } from '../analyzer.ts';
import { namespaceNamed } from '../membership.ts';

/** A Deployment waits for an injector to fill in its proxy's image, and no injector selects its pods. */
export const deploymentImageAuto: Analyzer = {
  codes: ['IST0146'],
  needs: ['deployments', 'namespaces', 'injectors'],
  analyze(world, report) {
    for (const { namespace, name, template } of world.deployments) {
      if (template?.containers.proxyImage !== 'auto') continue;
      const labels = namespaceNamed(world, namespace)?.labels ?? {};
      const isInjected = world.injectors.some(
        (injector) => selects(injector.namespaceSelector, labels) && selects(injector.objectSelector, template.labels),
      );
      if (!isInjected) report('IST0146', { kind: 'Deployment', namespace, name }, {});
    }
  },
};
