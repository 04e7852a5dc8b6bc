import type { Analyzer } from '../analyzer.ts';
import { deploymentServices } from '../deployment-services.ts';

/** Services give one port of a Deployment's pods different transport protocols. */
export const deploymentServiceProtocol: Analyzer = {
  codes: ['IST0116'],
  needs: ['deployments', 'services', 'namespaces'],
  analyze(world, report) {
    for (const { object, ports } of deploymentServices(world)) {
      for (const [port, users] of Map.groupBy(ports, ({ port: each }) => each.port)) {
        if (new Set(users.map((user) => user.port.protocol)).size < 2) continue;
        const services = [...new Set(users.map(({ service }) => service.name))].join(', ');
        report('IST0116', object, { services, port: String(port) });
      }
    }
  },
};
