import { setImmediate } from 'node:timers/promises';
import type { EpochSeconds } from '../../model/brand.ts';
import type { ProxyRow, TypeRow, XdsBlock } from '../../model/proxy-row.ts';
import type { StateChange } from '../../model/sync-history.ts';
import { compareText } from '../../model/text-order.ts';

/** One type of one proxy. `since`: RFC 3339; when it was last acknowledged, or since when it is not; null: not known. */
export interface TypeDocument {
  readonly state: TypeRow['state'];
  readonly since: string | null;
  /** The proxy's own words for a rejection. */
  readonly error?: string;
  readonly reason?: string;
}

/** One proxy. `namespace`, `proxy`, `istiod`, `state` and `types` are a contract; other keys may be added to. */
export interface ProxyDocument {
  readonly namespace: string;
  /** Pod name. */
  readonly proxy: string;
  /** Which istiod it is connected to, or was last. */
  readonly istiod: string | null;
  /** Worst state over types: SYNCED STALE NOT_SENT ERROR UNKNOWN, or MISSING. */
  readonly state: ProxyRow['state'];
  readonly types: Readonly<Record<string, TypeDocument>>;
  readonly cluster: string;
  readonly workload: string;
  readonly proxyType: ProxyRow['type'];
  readonly version: string | null;
  readonly revision: string | null;
  readonly verdict: ProxyRow['verdict'];
  readonly outOfSyncSince: string | null;
  /** `observed`, `restored` over a restart, or `first_seen`: it may have begun earlier. */
  readonly outOfSyncOrigin: string | null;
  readonly missingSince: string | null;
  readonly endpointAckedRatio: number | null;
  /** The NetworkPolicy that, by its text, keeps it from istiod; `others` isolate it too, as `namespace/name`. */
  readonly blockedBy: XdsBlock | null;
  /** Newest last. */
  readonly changes: readonly {
    readonly at: string;
    readonly xdsType: string | null;
    readonly from: StateChange['from'];
    readonly to: StateChange['to'];
  }[];
}

/** The answer of `/api/v1/proxies` and of `meshladder status -o json`. */
export interface ProxiesDocument {
  /** What all of it is true of; RFC 3339. */
  readonly at: string;
  readonly proxies: readonly ProxyDocument[];
}

/** Every row, by namespace and name. @param now when the rows were made */
export function proxiesJson(rows: readonly ProxyRow[], now: EpochSeconds): ProxiesDocument {
  return { at: time(now), proxies: byName(rows).map(proxyDocument) };
}

/** Rows written before others get their turn. */
const PIECE = 500;

/** The same, written: in pieces, because the table of a large mesh has several megabytes. */
export async function proxiesBody(rows: readonly ProxyRow[], now: EpochSeconds): Promise<Buffer> {
  const sorted = byName(rows);
  const pieces: Buffer[] = [Buffer.from(`{"at":${JSON.stringify(time(now))},"proxies":[`)];
  for (let from = 0; from < sorted.length; from += PIECE) {
    const texts = sorted.slice(from, from + PIECE).map((row) => JSON.stringify(proxyDocument(row)));
    pieces.push(Buffer.from((from === 0 ? '' : ',') + texts.join(',')));
    await setImmediate();
  }
  return Buffer.concat([...pieces, Buffer.from(']}\n')]);
}

function byName(rows: readonly ProxyRow[]): readonly ProxyRow[] {
  return rows.toSorted(
    (one, other) =>
      compareText(one.namespace, other.namespace) ||
      compareText(one.name, other.name) ||
      compareText(one.cluster, other.cluster),
  );
}

/** One row. */
export function proxyDocument(row: ProxyRow): ProxyDocument {
  return {
    namespace: row.namespace,
    proxy: row.name,
    istiod: row.istiod ?? null,
    state: row.state,
    types: typeDocuments(row),
    cluster: row.cluster,
    workload: row.workload,
    proxyType: row.type,
    version: row.istioVersion ?? null,
    revision: row.revision ?? null,
    verdict: row.verdict,
    outOfSyncSince: timeOrNull(row.outOfSync?.since),
    outOfSyncOrigin: row.outOfSync?.origin ?? null,
    missingSince: timeOrNull(row.missingSince),
    endpointAckedRatio: row.endpointAckedRatio ?? null,
    blockedBy: row.blockedBy ?? null,
    changes: row.changes.map(({ at, xdsType, from, to }) => ({ at: time(at), xdsType: xdsType ?? null, from, to })),
  };
}

function typeDocuments({ types }: ProxyRow): Record<string, TypeDocument> {
  const documents: Record<string, TypeDocument> = {};
  for (const [type, { state, since, error, reason }] of Object.entries(types)) {
    documents[type] = {
      state,
      since: timeOrNull(since),
      ...(error === undefined ? {} : { error }),
      ...(reason === undefined ? {} : { reason }),
    };
  }
  return documents;
}

function timeOrNull(at: EpochSeconds | undefined): string | null {
  return at === undefined ? null : time(at);
}

function time(at: EpochSeconds): string {
  // Rounded: a time of whole milliseconds may stand a hair below them as seconds.
  return new Date(Math.round(at * 1000)).toISOString();
}
