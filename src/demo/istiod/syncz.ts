import type { Connection, SentType, TypeState } from './control-plane.ts';
import { goTime, type PushVersion, steadyNonce } from './xds-nonce.ts';

export const CLUSTER_ID = 'Kubernetes';
export const TYPE_URL: Readonly<Record<SentType, string>> = {
  cds: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  eds: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  lds: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  rds: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
};
/** The flat fields of the days before 1.23, which stand beside `resources` still. They never say ERROR. */
const LEGACY: readonly (readonly [SentType, string])[] = [
  ['cds', 'cluster'],
  ['lds', 'listener'],
  ['rds', 'route'],
  ['eds', 'endpoint'],
];
/** Resources come in the order of their type URLs. */
export const RESOURCE_ORDER: readonly SentType[] = ['cds', 'eds', 'lds', 'rds'];

/** Proxies of whom nothing is stored: synced, all of them, with the push of the day. */
export interface ProxyCrowd {
  readonly count: number;
  /** `pod.namespace` of one of them. */
  id(index: number): string;
  /** The other way round; undefined for who is none of them. */
  find(id: string): number | undefined;
  readonly connectedAtMs: number;
  /** Which istiod it is connected to. */
  istiod(index: number): string;
  readonly version: string;
}

export interface SyncAnswerParts {
  readonly istiod: string;
  readonly connections: readonly Connection[];
  readonly crowd: ProxyCrowd;
  readonly push: PushVersion;
  /** Connections of istioctl, which look like proxies. */
  readonly visits: number;
}

/** As `istioctl proxy-status` itself is listed. */
const VISIT = '{"proxy":"test-1.default","proxy_type":"sidecar","istio_version":"65536.65536.65536"}';

/** The answer of `/debug/syncz`, row by row. */
export function* syncAnswer({ istiod, connections, crowd, push, visits }: SyncAnswerParts): Generator<string> {
  let separator = '[';
  for (let visit = 0; visit < visits; visit += 1) {
    yield separator + VISIT;
    separator = ',';
  }
  for (const connection of connections) {
    yield separator + JSON.stringify(row(connection));
    separator = ',';
  }
  const sentTime = goTime(push.atMs);
  for (let index = 0; index < crowd.count; index += 1) {
    if (crowd.istiod(index) !== istiod) continue;
    yield separator + crowdRow(crowd, index, push, sentTime);
    separator = ',';
  }
  yield separator === '[' ? '[]\n' : ']\n';
}

function row({ proxy, types }: Connection): object {
  const nonces = LEGACY.flatMap(([type, word]) => {
    const { sent, acked } = types.get(type) ?? {};
    return [
      ...(sent === undefined ? [] : [[`${word}_sent`, sent]]),
      ...(acked === undefined ? [] : [[`${word}_acked`, acked]]),
    ];
  });
  return {
    cluster_id: CLUSTER_ID,
    proxy: proxy.id,
    proxy_type: proxy.type,
    istio_version: proxy.version,
    ...Object.fromEntries(nonces),
    resources: Object.fromEntries(
      RESOURCE_ORDER.flatMap((type) => {
        const state = types.get(type);
        return state === undefined ? [] : [[TYPE_URL[type], resource(state)]];
      }),
    ),
  };
}

/** Keys of what never was are absent, not empty. */
function resource({ sent, acked, sentTime, lastError }: TypeState): object {
  return { sent, ...(acked !== undefined && { acked }), sentTime, ...(lastError !== undefined && { lastError }) };
}

/** Written without JSON.stringify: ten thousand of these are sent every three seconds. */
function crowdRow(crowd: ProxyCrowd, index: number, push: PushVersion, sentTime: string): string {
  const nonce = steadyNonce(push, index);
  const flat = LEGACY.map(([, word]) => `"${word}_sent":"${nonce}","${word}_acked":"${nonce}"`).join(',');
  const resources = RESOURCE_ORDER.map(
    (type) => `"${TYPE_URL[type]}":{"sent":"${nonce}","acked":"${nonce}","sentTime":"${sentTime}"}`,
  ).join(',');
  return `{"cluster_id":"${CLUSTER_ID}","proxy":"${crowd.id(index)}","proxy_type":"sidecar","istio_version":"${crowd.version}",${flat},"resources":{${resources}}}`;
}
