import type { Service, ServicePort } from '../../../model/workload.ts';
import type { Analyzer, Report } from '../analyzer.ts';
import { tellsProtocol } from '../port-protocol.ts';

/** A port of a service does not tell its protocol, or is plain TCP where that takes too much. */
export const servicePortName: Analyzer = {
  codes: ['IST0118', 'IST0150'],
  needs: ['services'],
  analyze(world, report) {
    for (const service of world.services.filter((each) => !isIstiosOwn(each))) {
      for (const port of service.ports) judge(service, port, report);
    }
  },
};

const MANAGED: ReadonlySet<string> = new Set([
  'istio.io-gateway-controller',
  'istio.io-mesh-controller',
  'istio.io-eastwest-controller',
]);

/** Istio makes these itself. */
function isIstiosOwn({ labels }: Service): boolean {
  const isControlPlane = labels['istio'] !== undefined || labels['release'] === 'istio';
  return isControlPlane || MANAGED.has(labels['gateway.istio.io/managed'] ?? '');
}

function judge({ namespace, name, type }: Service, port: ServicePort, report: Report): void {
  const object = { kind: 'Service', namespace, name };
  const isKnown = tellsProtocol(port);
  if (type === 'ExternalName') {
    if (!isKnown || port.name === 'tcp') report('IST0150', object, { port: String(port.port) });
  } else if (!isKnown) {
    report('IST0118', object, { name: port.name ?? '', port: String(port.port) });
  }
}
