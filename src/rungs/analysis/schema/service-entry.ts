import type { SpecObject } from '../../../model/spec-fields.ts';
import {
  hasAt,
  labelsAt,
  listAt,
  numberAt,
  numberOf,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
} from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { isAddress, isCidr } from '../addresses.ts';
import { checkExports } from './exports.ts';
import type { Problems } from './problems.ts';
import { badLabelMap, badName, badPort, badWildcardName, isDnsLabel, isProtocol } from './values.ts';
import { checkWorkloadSelector } from './workload-selector.ts';

/** What Istio refuses of a ServiceEntry, or warns of (Istio pkg/config/validation). */
export function checkServiceEntry(object: ConfigObject, problems: Problems): void {
  const { namespace, spec } = object;
  const hosts = textsAt(spec, 'hosts');
  if (hosts.length === 0) problems.error('it has no hosts');
  for (const host of hosts) checkHost(host, problems);
  checkAddresses(spec, problems);
  const ports = objectsAt(spec, 'ports');
  checkPorts(ports, problems);
  checkWorkloads(spec, problems);
  checkResolution(spec, hosts, problems);
  checkEndpointPorts(spec, ports, problems);
  checkTelling(spec, hosts, ports, problems);
  checkOwnAddresses(object, problems);
  checkExports({ namespace, spec }, problems, { beForNobody: true });
}

function checkHost(host: string, problems: Problems): void {
  if (host === '*') problems.error('the host * would be all of the world');
  else problems.check(badWildcardName(host));
  if (/^\*[^.]/.test(host) && host !== '*') problems.warning(`the host ${host} has a star for a part of a label`);
}

/** A block of addresses needs somebody who sends on to the address that was asked for. */
function checkAddresses(spec: SpecObject, problems: Problems): void {
  const resolution = resolutionOf(spec);
  for (const address of textsAt(spec, 'addresses')) {
    if (isAddress(address)) continue;
    if (!isCidr(address)) problems.error(`"${address}" is no address`);
    else if (resolution !== 'NONE' && resolution !== 'STATIC') {
      problems.error(`the block of addresses ${address} does not go with resolution ${resolution}`);
    }
  }
}

function resolutionOf(spec: SpecObject): string {
  return textAt(spec, 'resolution') || 'NONE';
}

function checkPorts(ports: readonly SpecObject[], problems: Problems): void {
  const names = ports.map((port) => textAt(port, 'name'));
  const numbers = ports.map((port) => numberAt(port, 'number'));
  if (new Set(names).size < names.length) problems.error('two of its ports have the same name');
  if (new Set(numbers).size < numbers.length) problems.error('two of its ports have the same number');
  for (const port of ports) checkPort(port, problems);
}

function checkPort(port: SpecObject, problems: Problems): void {
  const name = textAt(port, 'name');
  if (!isDnsLabel(name)) problems.error(`"${name}" is no name of a port`);
  const protocol = textAt(port, 'protocol');
  if (protocol !== '' && !isProtocol(protocol)) problems.error(`"${protocol}" is no protocol`);
  problems.check(badPort(numberAt(port, 'number')));
  const target = numberAt(port, 'targetPort') ?? 0;
  if (target !== 0) problems.check(badPort(target));
}

function checkWorkloads(spec: SpecObject, problems: Problems): void {
  if (!hasAt(spec, 'workloadSelector')) return;
  checkWorkloadSelector(labelsAt(spec, 'workloadSelector', 'labels'), problems);
  if (listAt(spec, 'endpoints').length > 0) problems.error('it has endpoints and a workloadSelector');
}

function checkResolution(spec: SpecObject, hosts: readonly string[], problems: Problems): void {
  const endpoints = objectsAt(spec, 'endpoints');
  switch (resolutionOf(spec)) {
    case 'NONE':
      if (endpoints.length > 0) problems.error('it has endpoints, and resolution NONE');
      if (hasAt(spec, 'workloadSelector')) problems.warning('its workloadSelector does nothing with resolution NONE');
      return;
    case 'STATIC':
      for (const endpoint of endpoints) checkStaticEndpoint(endpoint, problems);
      return;
    case 'DNS':
    case 'DNS_ROUND_ROBIN':
      checkNames(spec, endpoints, hosts, problems);
      return;
    case 'DYNAMIC_DNS':
      return;
    default:
      problems.error(`"${resolutionOf(spec)}" is no resolution`);
  }
}

/** In another network only its gateway has an address. */
function checkStaticEndpoint(endpoint: SpecObject, problems: Problems): void {
  const address = textAt(endpoint, 'address');
  if (address === '' && textAt(endpoint, 'network') === '') problems.error('an endpoint has no address');
  else if (address === '') problems.warning('an endpoint has a network and no address');
  if (address !== '' && !address.startsWith('unix://') && !isAddress(address)) {
    problems.error(`the endpoint "${address}" is no address, as resolution STATIC asks for`);
  }
  problems.check(badLabelMap(labelsAt(endpoint, 'labels')));
}

function checkNames(
  spec: SpecObject,
  endpoints: readonly SpecObject[],
  hosts: readonly string[],
  problems: Problems,
): void {
  const unasked = endpoints.length > 0 ? [] : hosts.filter((host) => badName(host) !== undefined);
  for (const host of unasked) problems.error(`the host ${host} is no name to ask DNS for, and there are no endpoints`);
  if (resolutionOf(spec) === 'DNS_ROUND_ROBIN' && endpoints.length > 1) {
    problems.error('it has several endpoints, and resolution DNS_ROUND_ROBIN');
  }
  for (const endpoint of endpoints) {
    const address = textAt(endpoint, 'address');
    problems.check(isAddress(address) ? undefined : badName(address));
    problems.check(badLabelMap(labelsAt(endpoint, 'labels')));
  }
}

function checkEndpointPorts(spec: SpecObject, ports: readonly SpecObject[], problems: Problems): void {
  const names = new Set(ports.map((port) => textAt(port, 'name')));
  for (const endpoint of objectsAt(spec, 'endpoints')) {
    const isSocket = textAt(endpoint, 'address').startsWith('unix://');
    const used = Object.entries(objectAt(endpoint, 'ports') ?? {});
    if (isSocket && used.length > 0) problems.error('an endpoint is a Unix socket and has ports');
    for (const [name, number] of used) {
      if (!names.has(name)) problems.error(`an endpoint has the port "${name}", which is none of the ServiceEntry's`);
      problems.check(badPort(numberOf(number)));
    }
  }
}

/** Hosts on one port that neither HTTP nor TLS tells apart must be told apart by address. */
const TELLING: ReadonlySet<string> = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY', 'HTTPS', 'TLS']);

function checkTelling(
  spec: SpecObject,
  hosts: readonly string[],
  ports: readonly SpecObject[],
  problems: Problems,
): void {
  const protocols = ports.map((port) => textAt(port, 'protocol').toUpperCase());
  const isUntold = protocols.some((protocol) => !TELLING.has(protocol));
  const resolution = resolutionOf(spec);
  if (hosts.length > 1 && isUntold && resolution !== 'NONE') {
    problems.error('it has several hosts, and a port whose protocol does not tell them apart');
  }
}

/** Protocols that Istio carries as TCP, whether or not they name a host (Istio pkg/config/protocol). */
const AS_TCP: ReadonlySet<string> = new Set(['TCP', 'HTTPS', 'TLS', 'MONGO', 'REDIS', 'MYSQL']);
/** `false` where istiod shall give the hosts no address of its own. */
const AUTO_ALLOCATE = 'networking.istio.io/enable-autoallocate-ip';

/** Connections of plain TCP are told by their address alone. */
function checkOwnAddresses({ spec, labels }: ConfigObject, problems: Problems): void {
  const protocols = objectsAt(spec, 'ports').map((port) => textAt(port, 'protocol'));
  const resolution = resolutionOf(spec);
  const isGivenOne = resolution !== 'NONE' && labels[AUTO_ALLOCATE]?.toLowerCase() !== 'false';
  if (listAt(spec, 'addresses').length > 0) {
    const isByName = resolution === 'DNS' || resolution === 'DNS_ROUND_ROBIN';
    const isCarried = protocols.some((protocol) => AS_TCP.has(protocol.toUpperCase()));
    if (isByName && isCarried && listAt(spec, 'hosts').length > 1) {
      problems.warning('several of its hosts share its addresses, and TCP does not tell them apart');
    }
  } else if (!isGivenOne && protocols.some((protocol) => protocol === 'TCP' || protocol === '')) {
    problems.warning('its TCP ports take all traffic to them, since it has no addresses');
  }
}
