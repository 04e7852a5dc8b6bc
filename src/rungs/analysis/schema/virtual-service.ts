import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, labelsAt, listAt, objectsAt, textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { isAddress, isCidr } from '../addresses.ts';
import { coversHost, overlaps } from '../host-names.ts';
import { checkRoutes } from './destinations.ts';
import { checkExports } from './exports.ts';
import { checkGatewayNames, checkMatchGateways, checkMatchPort } from './http-match.ts';
import { checkHttpRoute, type DelegationRole } from './http-route.ts';
import type { Problems } from './problems.ts';
import { badGatewayName, badLabelMap, badWildcardName } from './values.ts';

/** What Istio refuses of a VirtualService, or warns of (Istio pkg/config/validation). */
export function checkVirtualService({ namespace, spec }: ConfigObject, problems: Problems): void {
  const hosts = textsAt(spec, 'hosts');
  const gateways = textsAt(spec, 'gateways');
  const isForMesh = gateways.length === 0 || gateways.includes('mesh');
  if (hosts.length === 0) checkDelegate(spec, problems);
  checkGatewayNames(gateways, problems);
  checkHosts(spec, hosts, isForMesh, problems);
  const parts = ['http', 'tls', 'tcp'].map((part) => listAt(spec, part).length);
  if (parts.every((length) => length === 0)) problems.error('it has neither http nor tcp nor tls');
  for (const route of objectsAt(spec, 'http')) {
    checkHttpRoute(route, roleOf(route, hosts), { isAtGateway: !isForMesh }, problems);
  }
  for (const route of objectsAt(spec, 'tls')) checkTlsRoute(route, { hosts, isForMesh }, problems);
  for (const route of objectsAt(spec, 'tcp')) checkTcpRoute(route, problems);
  checkExports({ namespace, spec }, problems, { beForNobody: false });
}

/** A VirtualService without hosts is for others to delegate to. */
function checkDelegate(spec: SpecObject, problems: Problems): void {
  for (const field of ['gateways', 'tls', 'tcp']) {
    if (listAt(spec, field).length > 0) problems.error(`it has no hosts, and so may have no ${field}`);
  }
}

function roleOf(route: SpecObject, hosts: readonly string[]): DelegationRole {
  if (hosts.length === 0) return 'delegate';
  return hasAt(route, 'delegate') ? 'root' : 'whole';
}

function checkHosts(spec: SpecObject, hosts: readonly string[], isForMesh: boolean, problems: Problems): void {
  const isBySni = objectsAt(spec, 'tls').some((route) =>
    objectsAt(route, 'match').some((match) => listAt(match, 'sniHosts').length > 0),
  );
  const badHost = !isForMesh && isBySni ? badGatewayName : badWildcardName;
  const bad = hosts.filter((host) => !isAddress(host)).map((host) => badHost(host) ?? badCatchAll(host, isForMesh));
  for (const problem of bad) problems.check(problem);
  if (bad.some((problem) => problem !== undefined)) return;
  for (const [at, host] of hosts.entries()) {
    const twin = hosts.slice(at + 1).find((other) => overlaps(host, other));
    if (twin !== undefined) problems.error(`the hosts ${host} and ${twin} overlap`);
  }
}

function badCatchAll(host: string, isForMesh: boolean): string | undefined {
  return host === '*' && isForMesh ? 'the host * is for gateways alone' : undefined;
}

function checkTlsRoute(
  route: SpecObject,
  { hosts, isForMesh }: { readonly hosts: readonly string[]; readonly isForMesh: boolean },
  problems: Problems,
): void {
  const matches = objectsAt(route, 'match');
  if (matches.length === 0) problems.error('a rule of tls has no match');
  for (const match of matches) {
    const names = textsAt(match, 'sniHosts');
    if (names.length === 0) problems.error('a match of tls has no sniHosts');
    for (const name of names) checkSniHost(name, { hosts, isForMesh }, problems);
    checkConnectionMatch(match, problems);
  }
  checkConnectionRoutes(route, 'tls', problems);
}

function checkSniHost(
  name: string,
  { hosts, isForMesh }: { readonly hosts: readonly string[]; readonly isForMesh: boolean },
  problems: Problems,
): void {
  if (isAddress(name)) {
    problems.warning(`the SNI host ${name} is an address, which few clients send`);
    return;
  }
  const problem = (isForMesh ? badWildcardName : badGatewayName)(name);
  if (problem !== undefined) problems.error(problem);
  else if (!hosts.some((host) => coversHost(host, name))) problems.error(`the SNI host ${name} is none of its hosts`);
}

function checkTcpRoute(route: SpecObject, problems: Problems): void {
  for (const match of objectsAt(route, 'match')) checkConnectionMatch(match, problems);
  checkConnectionRoutes(route, 'tcp', problems);
}

function checkConnectionMatch(match: SpecObject, problems: Problems): void {
  for (const subnet of textsAt(match, 'destinationSubnets')) {
    if (!isCidr(subnet) && !isAddress(subnet)) problems.error(`"${subnet}" is no block of addresses`);
  }
  checkMatchPort(match, problems);
  problems.check(badLabelMap(labelsAt(match, 'sourceLabels')));
  checkMatchGateways(match, problems);
}

function checkConnectionRoutes(route: SpecObject, part: string, problems: Problems): void {
  const routes = objectsAt(route, 'route');
  if (routes.length === 0) problems.error(`a rule of ${part} has no route`);
  checkRoutes(routes, problems);
}
