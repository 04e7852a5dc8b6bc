import { type EpochSeconds, epochSeconds } from '../../../model/brand.ts';
import type { ProxyConnection, ProxyType, TypeSync } from '../../../model/proxy.ts';
import type { XdsType } from '../../../model/xds.ts';
import { ISTIOCTL_VERSION, worse } from '../decode.ts';
import { readCluster, readProxyName, readRejection, readVersion } from '../schema.ts';
import { TYPE_URLS } from '../type-urls.ts';
import { eachField, type FieldReader, readStruct } from './messages.ts';

/*
 * `istio.io/debug/syncz`: one envoy.service.status.v3.ClientConfig for each proxy (Istio pilot/pkg/xds/statusgen.go), with
 * states as istiod judges them instead of nonces. Field numbers: envoy/service/status/v3/csds.proto and
 * envoy/admin/v3/config_dump_shared.proto.
 */

/** ConfigStatus by number. UNKNOWN: the proxy does not watch the type. */
const STATES: readonly (TypeSync['state'] | undefined)[] = [undefined, 'SYNCED', 'NOT_SENT', 'STALE', 'ERROR'];

/** The older list has no type URLs, but a field for each type. */
const LEGACY_TYPES: ReadonlyMap<number, XdsType> = new Map([
  [2, 'lds'],
  [3, 'cds'],
  [4, 'rds'],
  [6, 'eds'],
]);

const TYPE_OF_URL: ReadonlyMap<string, XdsType> = new Map(TYPE_URLS);

/** One type of one proxy. */
interface TypeStatus {
  readonly type: XdsType | undefined;
  readonly state: TypeSync['state'] | undefined;
  readonly sentAt: EpochSeconds | undefined;
  /** Undefined: not text. */
  readonly error: string | undefined;
}

/**
 * One proxy, checked as a row of `/debug/syncz` is; its kind and its nonces are not told this way. Never throws.
 * @returns `other` for a connection that is no proxy; `unreadable` for one we cannot trust
 */
export function decodeClientConfig(bytes: Uint8Array): ProxyConnection | 'other' | 'unreadable' {
  try {
    return read(bytes);
  } catch {
    return 'unreadable';
  }
}

function read(bytes: Uint8Array): ProxyConnection | 'other' | 'unreadable' {
  let node: Node = { id: '', metadata: new Map() };
  const legacy: TypeStatus[] = [];
  const generic: TypeStatus[] = [];
  eachField(bytes, (field, reader) => {
    if (field === 1) node = readNode(reader.bytes());
    else if (field === 2) legacy.push(readLegacyStatus(reader.bytes()));
    else if (field === 3) generic.push(readStatus(reader.bytes()));
    else return false;
    return true;
  });
  const name = readProxyName(node.id);
  const cluster = readCluster(node.metadata.get('CLUSTER_ID'));
  const version = readVersion(node.metadata.get('ISTIO_VERSION'));
  const statuses = generic.length > 0 ? generic : legacy;
  const types = typesOf(statuses);
  if (name === undefined || cluster === undefined || version === undefined || types === undefined) return 'unreadable';
  if (version === ISTIOCTL_VERSION) return 'other';
  return {
    ...(cluster === '' ? {} : { cluster }),
    ...name,
    type: kindOf(statuses, types),
    ...(version === '' ? {} : { istioVersion: version }),
    types,
  };
}

/** Only of a ztunnel: that it watches nothing but workloads or, before 1.23, that nothing is known of it. */
function kindOf(statuses: readonly TypeStatus[], types: ProxyConnection['types']): ProxyType {
  const watched = Object.keys(types);
  const isZtunnel =
    watched.length > 0
      ? watched.every((type) => type === 'wds' || type === 'wads')
      : statuses.length > 0 && statuses.every(({ state }) => state === undefined);
  return isZtunnel ? 'ztunnel' : 'unknown';
}

interface Node {
  readonly id: string;
  readonly metadata: ReadonlyMap<string, string>;
}

function readNode(bytes: Uint8Array): Node {
  let [id, metadata]: [string, ReadonlyMap<string, string>] = ['', new Map()];
  eachField(bytes, (field, reader) => {
    if (field === 1) id = reader.string();
    else if (field === 3) metadata = readStruct(reader.bytes());
    else return false;
    return true;
  });
  return { id, metadata };
}

/** GenericXdsConfig. */
function readStatus(bytes: Uint8Array): TypeStatus {
  let [url, status]: [string, number] = ['', 0];
  let sentAt: EpochSeconds | undefined;
  let error: string | undefined = '';
  eachField(bytes, (field, reader) => {
    if (field === 1) url = reader.string();
    else if (field === 5) sentAt = readTimestamp(reader.bytes());
    else if (field === 6) status = reader.int32();
    else if (field === 8) error = readFailure(reader.bytes());
    else return false;
    return true;
  });
  return { type: TYPE_OF_URL.get(url), state: STATES[status], sentAt, error };
}

/** PerXdsConfig, of istiods before generic lists. */
function readLegacyStatus(bytes: Uint8Array): TypeStatus {
  let status = 0;
  let type: XdsType | undefined;
  eachField(bytes, (field, reader) => {
    if (field === 1) status = reader.int32();
    else type = LEGACY_TYPES.get(field) ?? type;
    return field === 1;
  });
  return { type, state: STATES[status], sentAt: undefined, error: '' };
}

/** UpdateFailureState: the proxy's own words. */
function readFailure(bytes: Uint8Array): string | undefined {
  let details: string | undefined = '';
  eachField(bytes, (field, reader) => {
    if (field !== 3) return false;
    details = readRejection(reader.string());
    return true;
  });
  return details;
}

/** google.protobuf.Timestamp; nothing for a time never set, which Go writes as the year 1. */
function readTimestamp(bytes: Uint8Array): EpochSeconds | undefined {
  let [seconds, nanos] = [0, 0];
  eachField(bytes, (field, reader: FieldReader) => {
    if (field === 1) seconds = Number(reader.int64());
    else if (field === 2) nanos = reader.int32();
    else return false;
    return true;
  });
  return seconds > 0 && seconds < 253_402_300_800 ? epochSeconds(seconds + nanos / 1e9) : undefined;
}

/**
 * Istiods before 1.23 list every type, watched or not, and tell no times: there NOT_SENT says nothing, as with the flat
 * fields of `/debug/syncz`.
 */
function typesOf(statuses: readonly TypeStatus[]): ProxyConnection['types'] | undefined {
  const knowsTimes = statuses.some(({ sentAt }) => sentAt !== undefined);
  const types: Partial<Record<XdsType, TypeSync>> = {};
  for (const { type, state, sentAt, error } of statuses) {
    if (error === undefined) return undefined;
    if (type === undefined || state === undefined || (state === 'NOT_SENT' && !knowsTimes)) continue;
    const sync: TypeSync = {
      state,
      ...(sentAt !== undefined && { sentAt }),
      ...(state === 'ERROR' && { error }),
    };
    types[type] = worse(types[type], sync);
  }
  return types;
}
