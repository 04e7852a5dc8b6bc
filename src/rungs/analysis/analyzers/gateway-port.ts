import { labelsAt, numberAt, objectsAt } from '../../../model/spec-paths.ts';
import type { Pod, ServicePort } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { perWorld } from '../per-world.ts';
import { isEmpty, podsWith, selectorText } from '../pods.ts';
import { servicesSelecting } from '../services.ts';
import type { World } from '../world.ts';

/** A Gateway listens on a port of its pods to which no Service leads. */
export const gatewayPort: Analyzer = {
  codes: ['IST0162'],
  needs: ['gateways.networking.istio.io', 'pods', 'services'],
  analyze(world, report) {
    for (const object of world.config('gateways.networking.istio.io')) {
      const selector = labelsAt(object.spec, 'selector');
      const pods = podsWith(world, selector);
      if (pods.length === 0) continue;
      const led = portsTo(world, pods);
      for (const server of objectsAt(object.spec, 'servers')) {
        const port = numberAt(server, 'port', 'number');
        if (port === undefined || led.has(port)) continue;
        report('IST0162', refOf(object), { port: String(port), selector: selectorText(selector) });
      }
    }
  },
};

/** The ports of these pods to which Services lead; as for istioctl, one without a selector leads to every pod. */
function portsTo(world: World, pods: readonly Pod[]): ReadonlySet<number> {
  const namespaces = new Set(pods.map(({ namespace }) => namespace));
  const services = [
    ...pods.flatMap(({ namespace, labels }) => servicesSelecting(world, namespace, labels)),
    ...[...namespaces].flatMap((namespace) => servicesOfAnyPod(world).get(namespace) ?? []),
  ];
  return new Set(
    services.flatMap(({ ports }) => ports.filter(({ protocol }) => protocol === 'TCP').flatMap(portsOfPod)),
  );
}

const servicesOfAnyPod = perWorld(({ services }) =>
  Map.groupBy(
    services.filter(({ selector }) => selector === undefined || isEmpty(selector)),
    ({ namespace }) => namespace,
  ),
);

/** istiod takes either: for a service's port it listens on the target port of that one. A name is not looked up. */
function portsOfPod({ port, targetPort }: ServicePort): readonly number[] {
  const target = Number(targetPort);
  return Number.isInteger(target) && target > 0 ? [port, target] : [port];
}
