import type { Analyzer } from '../analyzer.ts';
import { deploymentServices } from '../deployment-services.ts';

/** Services lead to one port of a Deployment's pods by different ports of their own. */
export const deploymentTargetPort: Analyzer = {
  codes: ['IST0137'],
  needs: ['deployments', 'services', 'namespaces'],
  analyze(world, report) {
    for (const { object, ports } of deploymentServices(world)) {
      for (const [target, users] of Map.groupBy(ports, ({ port }) => String(port.targetPort || port.port))) {
        const own = [...new Set(users.map(({ port }) => port.port))];
        if (own.length < 2) continue;
        const services = [...new Set(users.map(({ service }) => service.name))].join(', ');
        report('IST0137', object, { services, target, ports: own.join(', ') });
      }
    }
  },
};
