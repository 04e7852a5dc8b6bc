import type { SentConfig } from '../envoy/sent-config.ts';
import type { ControlPlaneModel, MeshProxy } from './control-plane.ts';
import type { ProxyCrowd } from './syncz.ts';
import { type PushVersion, versionInfo } from './xds-nonce.ts';

/** An istiod that is asked what it would send. */
export interface Dumping {
  /** Its pod. */
  readonly name: string;
  readonly model: ControlPlaneModel;
  readonly crowd: ProxyCrowd;
  readonly wouldSend: (proxy: MeshProxy) => SentConfig | undefined;
}

export interface DumpAnswer {
  readonly status: 200 | 400 | 404;
  readonly text: string;
}

/** Answers `/debug/config_dump?proxyID=POD.NAMESPACE[&include_eds]`: of its own proxies alone. */
export function answerConfigDump(istiod: Dumping, query: URLSearchParams): DumpAnswer {
  const id = query.get('proxyID') ?? '';
  if (id === '') return { status: 400, text: 'You must provide a proxyID in the query string\n' };
  const proxy = connected(istiod, id);
  const sent = proxy === undefined ? undefined : istiod.wouldSend(proxy);
  if (sent === undefined) return { status: 404, text: NOT_CONNECTED };
  const dump = istiodDump(sent, istiod.model.version(), query.has('include_eds'));
  return { status: 200, text: JSON.stringify(dump, null, 2) };
}

/** The proxy of this id, if it is connected to this istiod. */
function connected({ name, model, crowd }: Dumping, id: string): MeshProxy | undefined {
  const connection = model.connection(id);
  if (connection !== undefined) return connection.istiod === name ? connection.proxy : undefined;
  const index = crowd.find(id);
  if (index === undefined || crowd.istiod(index) !== name) return undefined;
  return { id, type: 'sidecar', address: '', version: crowd.version };
}

const NOT_CONNECTED = 'Proxy not connected to this Pilot instance. It may be connected to another instance.\n';

type Json = Readonly<Record<string, unknown>>;

/** What istiod would send a proxy, as it writes it: the parts of Envoy's dump that it knows of, in lower camel case. */
function istiodDump({ cds, lds, rds, eds }: SentConfig, push: PushVersion, withEndpoints: boolean): Json {
  const version = { versionInfo: versionInfo(push) };
  const part = (name: string, body: Json = {}): Json => ({
    '@type': `type.googleapis.com/envoy.admin.v3.${name}`,
    ...body,
  });
  const endpoints = part('EndpointsConfigDump', {
    dynamicEndpointConfigs: eds.map((each) => ({ ...version, endpointConfig: camelCased(each) })),
  });
  return {
    configs: [
      part('BootstrapConfigDump'),
      part('ClustersConfigDump', {
        ...version,
        dynamicActiveClusters: cds.map((each) => ({ cluster: camelCased(each) })),
      }),
      ...(withEndpoints ? [endpoints] : []),
      part('ListenersConfigDump', {
        ...version,
        dynamicListeners: lds.map((each) => ({
          name: each['name'],
          activeState: { ...version, listener: camelCased(each) },
        })),
      }),
      part('ScopedRoutesConfigDump'),
      part('RoutesConfigDump', {
        dynamicRouteConfigs: rds.map((each) => ({ ...version, routeConfig: camelCased(each) })),
      }),
      part('SecretsConfigDump'),
      part('EcdsConfigDump'),
    ],
  };
}

/** Fields whose keys are not names of fields, but of whatever stands there. */
const MAPS = new Set(['filter_metadata', 'policies', 'json_format', 'match']);

/** Go writes the fields of a message in lower camel case. The keys of maps stay as they are. */
function camelCased(value: unknown, isMap = false): unknown {
  if (Array.isArray(value)) return value.map((each) => camelCased(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      isMap || key.includes('.') ? key : key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(each, MAPS.has(key) && !isFieldMatch(key, each)),
    ]),
  );
}

/** A `match` of a route is a message; one of transport sockets is a map. */
function isFieldMatch(key: string, value: unknown): boolean {
  return key === 'match' && typeof value === 'object' && value !== null && !('tlsMode' in value);
}
