import type { EpochSeconds } from '../../model/brand.ts';
import { PROXY_TYPES, type ProxyConnection, type ProxyType, type TypeSync } from '../../model/proxy.ts';
import type { XdsType } from '../../model/xds.ts';
import {
  asFields,
  type Fields,
  readCluster,
  readNonce,
  readNonceTime,
  readPercent,
  readProxyName,
  readRejection,
  readTime,
  readVersion,
} from './schema.ts';
import { DEBUG_TYPE_PREFIX, LEGACY_FIELDS, TYPE_URLS } from './type-urls.ts';

/** What istioctl says of itself: its connections are listed among the proxies for up to 30 s. */
export const ISTIOCTL_VERSION = '65536.65536.65536';

type Types = Partial<Record<XdsType, TypeSync>>;

/**
 * One row of `/debug/syncz`, in either shape: the `resources` map (istiod 1.23 and newer) or the flat fields beside it,
 * which older istiods have alone. Never throws.
 * @returns `other` for a connection that is no proxy (istioctl, an exporter); `unreadable` for a row we cannot trust
 */
export function decodeRow(value: unknown): ProxyConnection | 'other' | 'unreadable' {
  const row = asFields(value);
  const name = readProxyName(row?.['proxy']);
  const cluster = readCluster(row?.['cluster_id']);
  const version = readVersion(row?.['istio_version']);
  if (row === undefined || name === undefined || cluster === undefined || version === undefined) return 'unreadable';
  const types = readTypes(row);
  const type = readProxyType(row['proxy_type']);
  if (types === undefined || type === undefined) return 'unreadable';
  if (version === ISTIOCTL_VERSION || isOnlooker(row, types, cluster)) return 'other';
  const ratio = readPercent(row['endpoint_percent']);
  return {
    ...(cluster === '' ? {} : { cluster }),
    namespace: name.namespace,
    name: name.name,
    type,
    ...(version === '' ? {} : { istioVersion: version }),
    types,
    ...(ratio === undefined ? {} : { endpointAckedRatio: ratio }),
  };
}

/** A client with no configuration of its own: it asks for debug types only, or does not even say its cluster. */
function isOnlooker(row: Fields, types: Types, cluster: string): boolean {
  for (const _ in types) return false;
  const asked = Object.keys(asFields(row['resources']) ?? {});
  if (asked.some((url) => !url.startsWith(DEBUG_TYPE_PREFIX))) return false;
  return asked.length > 0 || cluster === '';
}

function readProxyType(value: unknown): ProxyType | undefined {
  if (value === undefined || value === null) return 'unknown';
  if (typeof value !== 'string') return undefined;
  return PROXY_TYPES.find((known) => known === value) ?? 'unknown';
}

function readTypes(row: Fields): Types | undefined {
  const resources = row['resources'];
  if (resources === undefined || resources === null) return readLegacyTypes(row);
  const byUrl = asFields(resources);
  return byUrl === undefined ? undefined : readResourceTypes(byUrl);
}

function readResourceTypes(byUrl: Fields): Types | undefined {
  const types: Types = {};
  for (const [url, type] of TYPE_URLS) {
    const resource = byUrl[url];
    if (resource === undefined) continue;
    const fields = asFields(resource);
    const sync = fields === undefined ? undefined : readResource(fields);
    if (sync === undefined) return undefined;
    types[type] = worse(types[type], sync);
  }
  return types;
}

function readResource(fields: Fields): TypeSync | undefined {
  const sent = readNonce(fields['sent']);
  const acked = readNonce(fields['acked']);
  const error = readRejection(fields['lastError']);
  if (sent === undefined || acked === undefined || error === undefined) return undefined;
  const sentAt = readTime(fields['sentTime']) ?? readNonceTime(sent);
  return typeSync({ sent, acked, error, sentAt });
}

/**
 * Both nonces empty: the proxy does not watch the type, or nothing was sent yet. The flat fields cannot tell the two
 * apart, so such a type is absent rather than NOT_SENT (Istio pilot/pkg/xds/debug.go). They never tell of a rejection
 * either: it looks STALE.
 */
function readLegacyTypes(row: Fields): Types | undefined {
  const types: Types = {};
  for (const [field, type] of LEGACY_FIELDS) {
    const sent = readNonce(row[`${field}_sent`]);
    const acked = readNonce(row[`${field}_acked`]);
    if (sent === undefined || acked === undefined) return undefined;
    if (sent === '' && acked === '') continue;
    types[type] = typeSync({ sent, acked, error: '', sentAt: readNonceTime(sent) });
  }
  return types;
}

interface Message {
  readonly sent: string;
  readonly acked: string;
  readonly error: string;
  readonly sentAt: EpochSeconds | undefined;
}

/** The rule of istiod's own proxy-status (Istio pilot/pkg/xds/statusgen.go debugSyncStatus). */
function typeSync({ sent, acked, error, sentAt }: Message): TypeSync {
  const state = stateOf(sent, acked, error);
  // At rest that is all there is to keep: one string for both nonces, and fields all made at once, which take one object
  // and not two.
  if (state === 'SYNCED' && sentAt !== undefined) return { state, sent, acked: sent, sentAt };
  const sync: { -readonly [K in keyof TypeSync]: TypeSync[K] } = { state };
  if (sent !== '') sync.sent = sent;
  if (acked !== '') sync.acked = acked === sent ? sent : acked;
  if (sentAt !== undefined) sync.sentAt = sentAt;
  if (error !== '') sync.error = error;
  return sync;
}

function stateOf(sent: string, acked: string, error: string): TypeSync['state'] {
  if (error !== '') return 'ERROR';
  if (sent === '') return 'NOT_SENT';
  return acked === sent ? 'SYNCED' : 'STALE';
}

const BAD_FIRST: readonly TypeSync['state'][] = ['ERROR', 'STALE', 'SYNCED', 'NOT_SENT'];

/** Two type URLs that share our name (ztunnel's Address and Workload): the worse one speaks for both. */
export function worse(one: TypeSync | undefined, other: TypeSync): TypeSync {
  return one !== undefined && BAD_FIRST.indexOf(one.state) <= BAD_FIRST.indexOf(other.state) ? one : other;
}
