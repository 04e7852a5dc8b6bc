import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, labelsAt, listAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { isAddress } from '../addresses.ts';
import type { Problems } from './problems.ts';
import { checkServerTls } from './server-tls.ts';
import { badPort, badWildcardName, isDnsLabel, isProtocol } from './values.ts';
import { checkWorkloadSelector } from './workload-selector.ts';

/** What Istio refuses of a Sidecar, or warns of (Istio pkg/config/validation). */
export function checkSidecar({ namespace, spec }: ConfigObject, problems: Problems): void {
  if (hasAt(spec, 'workloadSelector')) checkWorkloadSelector(labelsAt(spec, 'workloadSelector', 'labels'), problems);
  if (saysNothing(spec)) problems.error('it says nothing');
  const ports = new Set<number>();
  for (const listener of objectsAt(spec, 'ingress')) checkIngress(listener, ports, problems);
  checkEgress(objectsAt(spec, 'egress'), namespace, problems);
  checkOutbound(objectAt(spec, 'outboundTrafficPolicy'), problems);
}

function saysNothing(spec: SpecObject): boolean {
  if (hasAt(spec, 'outboundTrafficPolicy') || hasAt(spec, 'inboundConnectionPool')) return false;
  return listAt(spec, 'ingress').length === 0 && listAt(spec, 'egress').length === 0;
}

function checkOutbound(policy: SpecObject | undefined, problems: Problems): void {
  if (!hasAt(policy, 'egressProxy')) return;
  if (textAt(policy, 'mode') !== 'ALLOW_ANY') problems.error('egressProxy is for the mode ALLOW_ANY alone');
}

function checkIngress(listener: SpecObject, ports: Set<number>, problems: Problems): void {
  const port = numberAt(listener, 'port', 'number');
  if (!hasAt(listener, 'port')) problems.error('an ingress listener has no port');
  else checkPort(listener, problems);
  if (port !== undefined && ports.has(port)) problems.error(`two ingress listeners have the port ${port}`);
  if (port !== undefined) ports.add(port);
  const bind = textAt(listener, 'bind');
  if (bind.startsWith('unix://')) problems.error('an ingress listener cannot be a Unix socket');
  else if (bind !== '' && !isAddress(bind)) problems.error(`"${bind}" is no address to bind to`);
  checkEndpoint(textAt(listener, 'defaultEndpoint'), problems);
  const tls = objectAt(listener, 'tls');
  if (tls !== undefined) checkIngressTls(tls, textAt(listener, 'port', 'protocol'), problems);
}

const NOT_OF_SIDECARS = ['subjectAltNames', 'httpsRedirect', 'credentialName', 'credentialNames', 'tlsCertificates'];

function checkIngressTls(tls: SpecObject, protocol: string, problems: Problems): void {
  const mode = textAt(tls, 'mode');
  if (mode === 'ISTIO_MUTUAL' || mode === 'AUTO_PASSTHROUGH') problems.error(`tls of an ingress listener is ${mode}`);
  if (!['HTTPS', 'TLS'].includes(protocol.toUpperCase()))
    problems.error('a port has tls, and is neither HTTPS nor TLS');
  for (const field of NOT_OF_SIDECARS) {
    if (isGiven(tls[field])) problems.error(`tls of an ingress listener has ${field}`);
  }
  checkServerTls(tls, problems);
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function checkPort(listener: SpecObject, problems: Problems): void {
  problems.check(badPort(numberAt(listener, 'port', 'number')));
  const protocol = textAt(listener, 'port', 'protocol');
  if (!isProtocol(protocol)) problems.error(`"${protocol}" is no protocol`);
  if ((numberAt(listener, 'port', 'targetPort') ?? 0) !== 0) problems.error('a port of a Sidecar has no targetPort');
}

const OWN_ADDRESSES = ['', '127.0.0.1', '0.0.0.0', '[::1]', '[::]'];

/** Only of the pod itself. */
function checkEndpoint(endpoint: string, problems: Problems): void {
  if (endpoint === '' || endpoint.startsWith('unix://')) return;
  const [, address, port] = /^(.*):(\d*)$/.exec(endpoint) ?? [];
  if (address === undefined || !OWN_ADDRESSES.includes(address)) {
    problems.error(`defaultEndpoint "${endpoint}" is none of this pod`);
  } else {
    problems.check(badPort(Number(port)));
  }
}

function checkEgress(listeners: readonly SpecObject[], own: string, problems: Problems): void {
  const ports = new Set<number>();
  for (const [at, listener] of listeners.entries()) {
    if (hasAt(listener, 'port')) checkEgressPort(listener, ports, problems);
    else if (at < listeners.length - 1) problems.error('an egress listener without a port is not the last one');
    const hosts = textsAt(listener, 'hosts');
    if (hosts.length === 0) problems.error('an egress listener has no hosts');
    checkEgressHosts(hosts, own, problems);
  }
}

function checkEgressPort(listener: SpecObject, ports: Set<number>, problems: Problems): void {
  const port = numberAt(listener, 'port', 'number') ?? 0;
  const bind = textAt(listener, 'bind');
  if (port === 0) {
    if (!bind.startsWith('unix://')) problems.error('an egress listener has port 0, and is no Unix socket');
    return;
  }
  checkPort(listener, problems);
  if (ports.has(port)) problems.error(`two egress listeners have the port ${port}`);
  ports.add(port);
  if (bind !== '' && !isAddress(bind)) problems.error(`"${bind}" is no address to bind to`);
}

const SPECIAL_NAMESPACES: ReadonlySet<string> = new Set(['*', '.', '~']);

function checkEgressHosts(hosts: readonly string[], own: string, problems: Problems): void {
  const seen = new Map<string, Set<string>>();
  for (const host of hosts) {
    checkEgressHost(host, problems);
    if (host.includes('/') && isCovered(host, own, seen)) problems.warning(`the egress host ${host} is there already`);
  }
  if (seen.get('*')?.has('*') && seen.size > 1) {
    problems.warning('the egress host */* is beside others, which add nothing');
  }
}

/** Whether an earlier host of the listener says the same, which from then on this one does too. */
function isCovered(host: string, own: string, seen: Map<string, Set<string>>): boolean {
  const cut = host.indexOf('/');
  const namespace = host.slice(0, cut) === '.' ? own : host.slice(0, cut);
  const name = host.slice(cut + 1);
  const names = seen.get(namespace) ?? new Set();
  const covered = name === '*' ? names.size > 0 : names.has(name) || names.has('*');
  seen.set(namespace, names.add(name));
  return covered;
}

function checkEgressHost(host: string, problems: Problems): void {
  const cut = host.indexOf('/');
  if (cut === -1) {
    problems.error(`the egress host "${host}" is not namespace/name`);
    return;
  }
  const namespace = host.slice(0, cut);
  const name = host.slice(cut + 1);
  if (!SPECIAL_NAMESPACES.has(namespace) && !isDnsLabel(namespace)) {
    problems.error(`the egress host "${host}" has no sound namespace`);
  }
  if (name === '*') return;
  if (!name.includes('.')) problems.error(`the egress host "${host}" is a short name, which means nothing here`);
  problems.check(badWildcardName(name));
  if (/^\*[^.]/.test(name)) problems.warning(`the egress host "${host}" has a star for a part of a label`);
}
