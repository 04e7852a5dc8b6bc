import { type EpochSeconds, epochSecondsFromMs } from '../../model/brand.ts';
import { PROXY_TYPES } from '../../model/proxy.ts';
import type { ProxyRow, TypeRow, XdsBlock } from '../../model/proxy-row.ts';
import { type StateChange, VERDICTS } from '../../model/sync-history.ts';
import { SYNC_STATES, XDS_TYPES } from '../../model/xds.ts';

type Fields = Readonly<Record<string, unknown>>;

const ROW_STATES: readonly ProxyRow['state'][] = [...SYNC_STATES, 'MISSING'];
const CHANGE_STATES: readonly StateChange['from'][] = [...SYNC_STATES, 'MISSING', 'ABSENT'];
const ORIGINS = ['observed', 'restored', 'first_seen'] as const;

/**
 * Reads `proxiesJson` back, as an exporter served it: of this version, an older or a newer one. Keys we do not know are
 * passed over; words we do not know become `UNKNOWN`.
 * @returns nothing where it is not such a document
 */
export function readProxies(document: unknown): readonly ProxyRow[] | undefined {
  const proxies = fieldsOf(document)?.['proxies'];
  if (!Array.isArray(proxies)) return undefined;
  const rows = proxies.map((proxy) => readRow(fieldsOf(proxy) ?? {}));
  return rows.some((row) => row === undefined) ? undefined : rows.filter((row) => row !== undefined);
}

function readRow(fields: Fields): ProxyRow | undefined {
  const namespace = textOf(fields['namespace']);
  const name = textOf(fields['proxy']);
  if (namespace === undefined || name === undefined) return undefined;
  return {
    namespace,
    name,
    cluster: textOf(fields['cluster']) ?? '',
    workload: textOf(fields['workload']) ?? '',
    type: oneOf(PROXY_TYPES, fields['proxyType']) ?? 'unknown',
    verdict: oneOf(VERDICTS, fields['verdict']) ?? 'unknown',
    state: oneOf(ROW_STATES, fields['state']) ?? 'UNKNOWN',
    types: readTypes(fieldsOf(fields['types']) ?? {}),
    changes: readChanges(fields['changes']),
    ...present('istiod', textOf(fields['istiod'])),
    ...present('revision', textOf(fields['revision'])),
    ...present('istioVersion', textOf(fields['version'])),
    ...present('endpointAckedRatio', numberOf(fields['endpointAckedRatio'])),
    ...present('missingSince', timeOf(fields['missingSince'])),
    ...present('outOfSync', readOutOfSync(fields)),
    ...present('blockedBy', readBlock(fieldsOf(fields['blockedBy']))),
  };
}

function readTypes(documents: Fields): ProxyRow['types'] {
  const types: Record<string, TypeRow> = {};
  for (const type of XDS_TYPES) {
    const fields = fieldsOf(documents[type]);
    if (fields === undefined) continue;
    types[type] = {
      state: oneOf(SYNC_STATES, fields['state']) ?? 'UNKNOWN',
      ...present('since', timeOf(fields['since'])),
      ...present('error', textOf(fields['error'])),
      ...present('reason', textOf(fields['reason'])),
    };
  }
  return types;
}

function readOutOfSync(fields: Fields): ProxyRow['outOfSync'] {
  const since = timeOf(fields['outOfSyncSince']);
  const origin = oneOf(ORIGINS, fields['outOfSyncOrigin']);
  return since === undefined ? undefined : { since, origin: origin ?? 'first_seen' };
}

function readBlock(fields: Fields | undefined): XdsBlock | undefined {
  const policyNamespace = textOf(fields?.['policyNamespace']);
  const policy = textOf(fields?.['policy']);
  if (policyNamespace === undefined || policy === undefined) return undefined;
  const otherEngines = fields?.['otherEngines'];
  return {
    policyNamespace,
    policy,
    direction: oneOf(['egress', 'ingress'] as const, fields?.['direction']) ?? 'egress',
    others: textsOf(fields?.['others']),
    ...(fields?.['dnsBlocked'] === true ? { dnsBlocked: true } : {}),
    ...(otherEngines === undefined ? {} : { otherEngines: textsOf(otherEngines) }),
  };
}

function readChanges(changes: unknown): readonly StateChange[] {
  if (!Array.isArray(changes)) return [];
  return changes.flatMap((change) => {
    const fields = fieldsOf(change);
    const at = timeOf(fields?.['at']);
    const from = oneOf(CHANGE_STATES, fields?.['from']);
    const to = oneOf(CHANGE_STATES, fields?.['to']);
    if (at === undefined || from === undefined || to === undefined) return [];
    return [{ at, from, to, ...present('xdsType', oneOf(XDS_TYPES, fields?.['xdsType'])) }];
  });
}

/** A key that is there only with a value. */
function present<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function timeOf(value: unknown): EpochSeconds | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : epochSecondsFromMs(ms);
}

function oneOf<T extends string>(words: readonly T[], value: unknown): T | undefined {
  return words.find((word) => word === value);
}
