import { textsAt } from '../../../model/spec-paths.ts';
import { gatewaysOf, isInternalGateway, servesAny } from '../../analysis/gateway-names.ts';
import { firstOf } from '../../wording.ts';
import { type Binding, bindingOf, showCommand } from './bindings.ts';
import { type Caller, type Cause, type CauseFacts, type Found, type Untold, untold } from './cause.ts';

/** It is bound to gateways that callers do not pass, or that are not there. */
export const notBound: Cause = {
  id: 'not-bound',
  what: 'Gateway not bound, or `mesh` missing in `gateways`',
  sign: '`gateways` names only gateways while callers are sidecars, or none while callers are gateways; or no Gateway of that name takes its hosts',
  mend: 'add `mesh` (or the gateway) to `gateways`, or mend the name',
  find(facts) {
    if (facts.split.object.kind !== 'VirtualService') return undefined;
    const binding = bindingOf(facts.object);
    const passed = facts.callers.filter(({ past }) => past > 0);
    if (binding.isForMesh) return binding.gateways.length > 0 ? undefined : gatewayMissing(facts, passed);
    const blocked = unserved(facts, binding);
    return blocked !== undefined && 'text' in blocked ? blocked : (meshMissing(facts, binding, passed) ?? blocked);
  },
};

function meshMissing({ split }: CauseFacts, { gateways }: Binding, passed: readonly Caller[]): Found | undefined {
  const sidecars = passed.filter(({ kind }) => kind === 'sidecar');
  if (sidecars.length === 0) return undefined;
  return {
    isCertain: false,
    text: `it is bound to ${firstOf(gateways)} alone, and callers are in the mesh`,
    evidence: [`gateways: [${gateways.join(', ')}]; ${callersText(sidecars)}`],
    mend: 'add mesh to its gateways',
    next: showCommand(split),
  };
}

function gatewayMissing({ split }: CauseFacts, passed: readonly Caller[]): Found | undefined {
  if (passed.length === 0 || passed.some(({ kind }) => kind === 'sidecar')) return undefined;
  return {
    isCertain: false,
    text: 'it is for the mesh alone, and callers are gateways',
    evidence: [`no gateways; ${callersText(passed)}`],
    mend: 'add the Gateway, and mesh, to its gateways',
    next: showCommand(split),
  };
}

/** Gateways that do not exist, or that do not take any of its hosts. */
function unserved({ object, world, isPartial }: CauseFacts, { gateways, hosts }: Binding): Found | Untold | undefined {
  if (gateways.some(isInternalGateway)) return undefined;
  const lookup = gatewaysOf(world);
  const wanted = { namespace: object.namespace, hosts: [...hosts, ...textsAt(object.spec, 'hosts')] };
  if (gateways.some((key) => servesAny(key, lookup, wanted))) return undefined;
  const blind = untold(world, 'gateways.networking.istio.io', 'gateways.gateway.networking.k8s.io');
  if (blind !== undefined) return blind;
  const there = gateways.filter((key) => lookup.istio.has(key) || lookup.kubernetes.has(key));
  const text =
    there.length === 0
      ? `there is no Gateway ${firstOf(gateways)}`
      : `Gateway ${firstOf(there)} does not take its hosts`;
  return {
    isCertain: !isPartial || there.length > 0,
    text,
    evidence: [`hosts: [${textsAt(object.spec, 'hosts').join(', ')}]; gateways: [${gateways.join(', ')}]`],
    mend: 'name a Gateway as NAMESPACE/NAME that takes its hosts',
    next: 'kubectl get gateways.networking.istio.io -A -o yaml',
  };
}

/** `callers checkout.payment, cart.shop`. */
export function callersText(callers: readonly Caller[]): string {
  return `callers ${firstOf(callers.map(({ workload, namespace }) => `${workload}.${namespace}`))}`;
}
