import { textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Analyzer, Report } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { destinationOf } from '../hosts.ts';
import { destinationsIn, type RouteDestination } from '../route-destinations.ts';

/** A VirtualService sends requests to a port that its destination lacks, or does not say to which of several. */
export const virtualServiceDestinationPort: Analyzer = {
  codes: ['IST0101', 'IST0112'],
  needs: ['virtualservices.networking.istio.io', 'serviceentries.networking.istio.io', 'services'],
  analyze(world, report) {
    for (const object of world.config('virtualservices.networking.istio.io')) {
      const from = { namespace: object.namespace, exportTo: textsAt(object.spec, 'exportTo') };
      for (const destination of destinationsIn(object)) {
        const found = destinationOf(world, destination.host, from);
        if (found !== undefined) judge(object, destination, found.ports, report);
      }
    }
  },
};

function judge(object: ConfigObject, { host, port }: RouteDestination, ports: readonly number[], report: Report): void {
  if (port === undefined || port === 0) {
    if (ports.length > 1) report('IST0112', refOf(object), { host, ports: ports.join(', ') });
  } else if (!ports.includes(port)) {
    report('IST0101', refOf(object), { what: 'host:port', name: `${host}:${port}` });
  }
}
