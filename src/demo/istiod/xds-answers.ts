import type { Connection, ControlPlaneModel, TypeState } from './control-plane.ts';
import { CLUSTER_ID, type ProxyCrowd, RESOURCE_ORDER, TYPE_URL } from './syncz.ts';
import { goTime } from './xds-nonce.ts';
import {
  type ClientConfigJson,
  type ConfigStatus,
  clientConfigBytes,
  discoveryResponse,
  type XdsQuestion,
} from './xds-wire.ts';

/** An istiod whose debug port is switched off. */
export interface QuietIstiod {
  /** Its pod. */
  readonly name: string;
  readonly model: ControlPlaneModel;
  readonly crowd: ProxyCrowd;
  /** `1.30.3`. */
  readonly version: string;
}

/**
 * What it still says over xDS (Istio pilot/pkg/xds/statusgen.go, debuggen.go): the states of proxies; of the debug port
 * what that would say, which is 404.
 * @returns nothing for what it does not know, to which it says nothing
 */
export function answerXds(istiod: QuietIstiod, { typeUrl }: XdsQuestion): Buffer | undefined {
  if (typeUrl === 'istio.io/debug') return discoveryResponse(typeUrl, [Buffer.from('404 page not found\n')]);
  if (typeUrl !== 'istio.io/debug/syncz') return undefined;
  return discoveryResponse(typeUrl, [...clientConfigs(istiod)].map(clientConfigBytes), identifierOf(istiod));
}

function identifierOf({ name, version }: QuietIstiod): string {
  return JSON.stringify({ Component: 'istiod', ID: name, Info: { version } });
}

function* clientConfigs({ name, model, crowd, version }: QuietIstiod): Generator<ClientConfigJson> {
  for (const { proxy, types } of model.connections(name)) yield clientConfig(proxy.id, version, statusesOf(types));
  const lastUpdated = goTime(model.version().atMs);
  const synced = RESOURCE_ORDER.map((type) => ({ typeUrl: TYPE_URL[type], configStatus: 'SYNCED', lastUpdated }));
  for (let index = 0; index < crowd.count; index += 1) {
    if (crowd.istiod(index) === name) yield clientConfig(crowd.id(index), crowd.version, synced);
  }
}

function clientConfig(id: string, version: string, genericXdsConfigs: readonly ConfigStatus[]): ClientConfigJson {
  const NAMESPACE = id.slice(id.lastIndexOf('.') + 1);
  return { node: { id, metadata: { CLUSTER_ID, NAMESPACE, ISTIO_VERSION: version } }, genericXdsConfigs };
}

function statusesOf(types: Connection['types']): readonly ConfigStatus[] {
  return RESOURCE_ORDER.flatMap((type) => {
    const state = types.get(type);
    return state === undefined ? [] : [{ typeUrl: TYPE_URL[type], ...statusOf(state) }];
  });
}

/** As istiod judges it (Istio pilot/pkg/xds/statusgen.go, debugSyncStatus). */
function statusOf({ sent, acked, sentTime, lastError }: TypeState): Omit<ConfigStatus, 'typeUrl'> {
  if (lastError !== undefined) {
    return { configStatus: 'ERROR', lastUpdated: sentTime, errorState: { details: lastError } };
  }
  return { configStatus: acked === sent ? 'SYNCED' : 'STALE', lastUpdated: sentTime };
}
