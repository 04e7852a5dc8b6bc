import type { Service, ServicePort } from '../../../model/workload.ts';
import { firstOf, shellWord } from '../../wording.ts';
import { bindingOf } from './bindings.ts';
import { type Cause, untold } from './cause.ts';
import { isKnownHost, serviceOf } from './known-hosts.ts';

/** The service's ports are declared as something else than HTTP: HTTP routes do not apply to them. */
export const portProtocol: Cause = {
  id: 'port-protocol',
  what: 'The port is not HTTP',
  sign: 'every port of the service is declared as tcp, tls, https or another protocol than HTTP, by `appProtocol` or the first word of its name; an undeclared one is told by its traffic',
  mend: 'call the port `http-…`, or set `appProtocol: http`',
  find({ split, object, world }) {
    const { hosts, isForMesh, gateways } = bindingOf(object);
    if (split.object.kind !== 'VirtualService' || !isForMesh) return undefined;
    const services = hosts.flatMap((host) => serviceOf(world, host) ?? []);
    const blind = untold(world, 'services');
    if (blind !== undefined) return blind;
    const opaque = services.filter(isOpaque);
    const [first] = opaque;
    // A host of something else may be spoken to by HTTP.
    const others = hosts.filter((host) => isKnownHost(world, host) && serviceOf(world, host) === undefined);
    if (first === undefined || opaque.length < services.length || others.length > 0) return undefined;
    const ports = firstOf(first.ports.map((port) => `${port.port} ${port.appProtocol ?? port.name ?? ''}`.trim()));
    return {
      isCertain: gateways.length === 0,
      text: `Service ${first.namespace}/${first.name} has no HTTP port: its routes for HTTP do not apply`,
      evidence: [`ports: ${ports}`],
      mend: 'call the port http-…, or set appProtocol: http',
      next: `kubectl -n ${shellWord(first.namespace)} get service ${shellWord(first.name)} -o yaml`,
    };
  },
};

function isOpaque({ ports }: Service): boolean {
  return ports.length > 0 && ports.every(isNotHttp);
}

const NOT_HTTP: ReadonlySet<string> = new Set(['tcp', 'tls', 'https', 'mongo', 'mysql', 'redis', 'udp']);
/** SMTP, DNS, MySQL, MongoDB: their servers speak first, so Istio takes them for TCP unless told otherwise. */
const KNOWN_PORTS: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);
const DECLARED: ReadonlySet<string> = new Set(['http', 'http2', 'grpc', 'http_proxy']);

/** Istio pkg/config/kube, ConvertProtocol, and pkg/config/protocol, Parse. */
function isNotHttp({ protocol, port, name, appProtocol }: ServicePort): boolean {
  if (protocol !== 'TCP') return true;
  const word = (appProtocol ?? name ?? '').toLowerCase();
  if (word === 'kubernetes.io/wss') return true;
  const first = word.startsWith('grpc-web') ? 'grpc' : (word.split('-')[0] ?? '');
  if (NOT_HTTP.has(first)) return true;
  return KNOWN_PORTS.has(port) && !DECLARED.has(first) && !word.startsWith('kubernetes.io/');
}
