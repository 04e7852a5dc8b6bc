import type { HostFault } from '../../model/inspection.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { counted, firstOf, podText, podWord, shellWord, span } from '../wording.ts';
import { type EnvoyView, worstView } from './envoy-views.ts';
import { hostName } from './pod-addresses.ts';
import type { ServiceView } from './service-view.ts';
import type { Trouble } from './trouble.ts';

const WORDS: Readonly<Record<HostFault, string>> = {
  outlier_ejected: 'ejected by outlier detection',
  health_check_failed: "failed Envoy's health check",
  eds_unhealthy: 'unhealthy, as istiod says',
};

/** Hosts of a service that Envoys know and do not send to, and Envoys that have nobody left to send to. */
export function hostsOut(
  { service }: ServiceView,
  views: readonly EnvoyView[],
  snapshot: MeshSnapshot,
): readonly Trouble[] {
  const out = views.filter(({ hosts }) => hosts.ejected + hosts.unhealthy > 0);
  const worst = worstView(out);
  if (worst === undefined) return [];
  const evidence = [
    viewText(worst, snapshot),
    ...reasons(out).map(([address, why]) => `${hostName(snapshot, address)}: ${why}`),
  ].slice(0, 5);
  return [{ text: `${service.name}: ${outText(worst, out, snapshot)}`, evidence, next: endpointsCommand(worst) }];
}

function outText(worst: EnvoyView, out: readonly EnvoyView[], snapshot: MeshSnapshot): string {
  const { healthy, ejected, unhealthy, subset } = worst.hosts;
  const ofSubset = subset === '' ? '' : ` of subset ${subset}`;
  if (healthy === 0) {
    const how = unhealthy === 0 ? 'ejected' : ejected === 0 ? 'unhealthy' : 'ejected or unhealthy';
    const all = ejected + unhealthy === 1 ? 'the only host' : `all ${ejected + unhealthy} hosts`;
    return `${all}${ofSubset} ${how} in ${worst.proxy.name}: its requests end with UH`;
  }
  const known = reasons(out);
  if (known.length === 0) return `${counted(ejected + unhealthy, 'host')}${ofSubset} out in ${worst.proxy.name}`;
  return firstOf(known.map(([address, why]) => `${hostName(snapshot, address)} ${why}`));
}

/** Each address that is out, with why: all that any of these Envoys says. */
function reasons(views: readonly EnvoyView[]): readonly (readonly [address: string, why: string])[] {
  const faults = new Map<string, Set<HostFault>>();
  for (const { address, faults: own } of views.flatMap(({ hosts }) => hosts.faulty ?? [])) {
    faults.set(address, new Set([...(faults.get(address) ?? []), ...own]));
  }
  return [...faults].map(([address, own]) => [address, [...own].map((fault) => WORDS[fault]).join(', ')]);
}

/** `as checkout-x sees payment-svc, 40 s ago: 1 healthy, 1 ejected`. */
function viewText({ proxy, hosts }: EnvoyView, { takenAt }: MeshSnapshot): string {
  const { healthy, unhealthy, ejected, port, subset } = hosts;
  const parts = [`${healthy} healthy`, ...(unhealthy > 0 ? [`${unhealthy} unhealthy`] : [])];
  if (ejected > 0) parts.push(`${ejected} ejected`);
  const where = subset === '' ? `port ${port}` : `port ${port}, subset ${subset}`;
  return `as ${podText(proxy)} saw it ${span(takenAt - proxy.at)} ago (${where}): ${parts.join(', ')}`;
}

/** What shows the hosts of a cluster as they are now. */
export function endpointsCommand({ proxy, hosts }: EnvoyView): string {
  const { port, subset, destination } = hosts;
  const cluster = `outbound|${port}|${subset}|${destination}`;
  return `istioctl proxy-config endpoints ${podWord(proxy)} --cluster ${shellWord(cluster)}`;
}
