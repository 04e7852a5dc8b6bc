import { keyOfObject } from '../../../model/cluster.ts';
import type { Analyzer } from '../analyzer.ts';
import { perWorld } from '../per-world.ts';

/** An injection webhook calls a service that does not exist. */
export const webhookService: Analyzer = {
  codes: ['IST0139'],
  needs: ['injectors', 'services'],
  analyze(world, report) {
    for (const { configuration, name, service } of world.injectors) {
      if (service === undefined || serviceKeys(world).has(service)) continue;
      const object = { kind: 'MutatingWebhookConfiguration', namespace: '', name: configuration };
      report('IST0139', object, { webhook: name, problem: `calls the Service ${service}, which does not exist` });
    }
  },
};

const serviceKeys = perWorld(({ services }) => new Set(services.map(keyOfObject)));
