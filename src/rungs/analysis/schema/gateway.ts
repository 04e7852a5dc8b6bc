import type { SpecObject } from '../../../model/spec-fields.ts';
import { isTrueAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { isAddress } from '../addresses.ts';
import type { Problems } from './problems.ts';
import { checkServerTls } from './server-tls.ts';
import { badPort, badWildcardName, isDnsLabel, isProtocol } from './values.ts';

/** What Istio refuses of a Gateway, or warns of (Istio pkg/config/validation). */
export function checkGateway({ name, spec }: ConfigObject, problems: Problems): void {
  if (!isDnsLabel(name)) problems.error('its name is no DNS label');
  const servers = objectsAt(spec, 'servers');
  if (servers.length === 0) problems.error('it has no servers');
  const names = servers.map((server) => textAt(server, 'port', 'name')).filter((each) => each !== '');
  if (new Set(names).size < names.length) problems.error('two of its ports have the same name');
  for (const server of servers) checkServer(server, problems);
}

function checkServer(server: SpecObject, problems: Problems): void {
  const hosts = textsAt(server, 'hosts');
  if (hosts.length === 0) problems.error('a server has no hosts');
  for (const host of hosts) checkHost(host, problems);
  const port = objectAt(server, 'port');
  if (port === undefined) {
    problems.error('a server has no port');
    return;
  }
  const bind = textAt(server, 'bind');
  checkPort(port, bind, problems);
  checkBind(bind, numberAt(port, 'number') ?? 0, problems);
  checkTls(objectAt(server, 'tls'), textAt(port, 'protocol').toUpperCase(), problems);
}

/** `host`, or `namespace/host` with `.` and `*` for one's own and for any. */
function checkHost(host: string, problems: Problems): void {
  const cut = host.indexOf('/');
  if (cut !== -1) {
    const namespace = host.slice(0, cut);
    if (namespace !== '*' && namespace !== '.' && !isDnsLabel(namespace)) {
      problems.error(`the host "${host}" has no sound namespace`);
    }
  }
  const name = host.slice(cut + 1);
  if (name === '*' || isAddress(name)) return;
  problems.check(badWildcardName(name));
  if (/^\*[^.]/.test(name))
    problems.warning(`the host "${host}" has a star for a part of a label, which is taken whole`);
  if (!name.includes('.')) problems.error(`the host "${host}" is a short name, which means nothing at a gateway`);
}

function checkPort(port: SpecObject, bind: string, problems: Problems): void {
  const protocol = textAt(port, 'protocol');
  if (!isProtocol(protocol)) problems.error(`"${protocol}" is no protocol`);
  const isSocket = bind.startsWith('unix://') && (numberAt(port, 'number') ?? 0) === 0;
  if (!isSocket) problems.check(badPort(numberAt(port, 'number')));
  if (textAt(port, 'name') === '') problems.error('a port has no name');
  if ((numberAt(port, 'targetPort') ?? 0) !== 0) problems.error('a port has a targetPort, which gateways have not');
}

function checkBind(bind: string, port: number, problems: Problems): void {
  if (!bind.startsWith('unix://')) {
    if (bind !== '' && !isAddress(bind)) problems.error(`"${bind}" is no address to bind to`);
    return;
  }
  if (!/^unix:\/\/(?:@|\/.*[^/]$)/.test(bind)) problems.error(`"${bind}" is no path of a socket`);
  if (port !== 0) problems.error('a server binds to a Unix socket and has a port other than 0');
}

const WITH_TLS: ReadonlySet<string> = new Set(['HTTPS', 'TLS']);
const PLAIN: ReadonlySet<string> = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'HTTP_PROXY']);
const FILES = ['caCertificates', 'privateKey', 'serverCertificate'];

function checkTls(tls: SpecObject | undefined, protocol: string, problems: Problems): void {
  if (tls === undefined) {
    if (WITH_TLS.has(protocol)) problems.error(`a server speaks ${protocol} and has no tls`);
    return;
  }
  checkServerTls(tls, problems);
  if (isTrueAt(tls, 'httpsRedirect') && !PLAIN.has(protocol)) {
    problems.warning(`httpsRedirect does nothing for ${protocol}`);
  }
  if (WITH_TLS.has(protocol)) return;
  // Of tls, only httpsRedirect means something without it.
  const isHandedOn = ['', 'PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(textAt(tls, 'mode'));
  const isRedirect = isHandedOn && FILES.every((field) => textAt(tls, field) === '');
  if (!PLAIN.has(protocol) || !isRedirect) problems.error(`a server speaks ${protocol} and has tls`);
}
