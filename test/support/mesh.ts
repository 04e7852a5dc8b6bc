import { readFileSync } from 'node:fs';
import { epochSeconds } from '../../src/model/brand.ts';
import { type ClusterObjects, NO_CLUSTER, type ObjectMap, objectKey } from '../../src/model/cluster.ts';
import type { ControlPlane, Istiod, IstiodAnswer } from '../../src/model/control-plane.ts';
import type { Observed } from '../../src/model/observed.ts';
import type { ProxyConnection, TypeSync } from '../../src/model/proxy.ts';
import { DEFAULT_SETTINGS, type LadderSettings } from '../../src/model/settings.ts';
import { emptySnapshot, type MeshSnapshot } from '../../src/model/snapshot.ts';
import type { SourceError } from '../../src/model/source-error.ts';
import type { SyncHistory } from '../../src/model/sync-history.ts';
import type { Pod } from '../../src/model/workload.ts';
import type { XdsType } from '../../src/model/xds.ts';
import { decodeRow } from '../../src/sources/istiod/decode.ts';
import type { RawObject } from '../../src/sources/kubernetes/kube-api.ts';
import { advanceHistory } from '../../src/state/sync-history.ts';

/** A value heard just now. */
export function fresh<T>(value: T, at = 0): Observed<T> {
  return { state: 'fresh', at: epochSeconds(at), value };
}

/** Objects as an informer holds them. */
export function objects<T extends { readonly namespace?: string; readonly name: string }>(
  list: readonly T[],
): ObjectMap<T> {
  return new Map(list.map((object) => [objectKey(object.namespace ?? '', object.name), object]));
}

/** A running pod with a sidecar that started long ago. */
export function pod(namespace: string, name: string, changes: Partial<Pod> = {}): Pod {
  return {
    namespace,
    name,
    uid: `uid-${name}`,
    labels: {},
    annotations: { 'istio.io/rev': 'default' },
    ips: ['10.0.0.9'],
    hostNetwork: false,
    phase: 'Running',
    ready: true,
    terminating: false,
    createdAt: epochSeconds(1),
    serviceAccount: 'default',
    ports: [],
    proxy: { native: false, running: true, startedAt: epochSeconds(1), restarts: 0 },
    ...changes,
  };
}

/** One type's sync in few words: `n1` acknowledged, `n1>n2` sent n2 over an acknowledged n1, `>n1` never acknowledged. */
export function sync(words: string, sentAt = 1, error?: string): TypeSync {
  const [acked = '', sent = acked] = words.split('>');
  if (sent === '') return { state: 'NOT_SENT' };
  return {
    state: error !== undefined ? 'ERROR' : sent === acked ? 'SYNCED' : 'STALE',
    sent,
    ...(acked === '' ? {} : { acked }),
    sentAt: epochSeconds(sentAt),
    ...(error === undefined ? {} : { error }),
  };
}

/** A connection of a sidecar. */
export function connection(
  namespace: string,
  name: string,
  types: Partial<Record<XdsType, TypeSync>>,
  changes: Partial<ProxyConnection> = {},
): ProxyConnection {
  return { cluster: 'Kubernetes', namespace, name, type: 'sidecar', istioVersion: '1.30.3', types, ...changes };
}

/** The answer of one istiod, Ready and up for long. */
export function answer(
  proxies: readonly ProxyConnection[],
  istiod: Partial<Istiod> = {},
  error?: SourceError,
): IstiodAnswer {
  return {
    istiod: {
      name: 'istiod-1',
      namespace: 'istio-system',
      revision: 'default',
      ready: true,
      startedAt: epochSeconds(1),
      ...istiod,
    },
    access: 'http',
    polledAt: epochSeconds(0),
    answeredAt: epochSeconds(0),
    proxies,
    ...(error === undefined ? {} : { error }),
  };
}

export const REFUSED: SourceError = { code: 'refused', detail: 'nobody listens' };

/** A mesh that is polled in a test, as the exporter would: each poll advances the history. */
export interface PolledMesh {
  readonly snapshot: MeshSnapshot;
  /** @param at seconds; the same for all that was heard in this poll */
  poll(at: number, istiods: readonly IstiodAnswer[]): SyncHistory;
  setPods(pods: readonly Pod[] | undefined): void;
  setCluster(cluster: Partial<ClusterObjects>): void;
  setHistory(history: SyncHistory): void;
}

export function polledMesh(settings: Partial<LadderSettings> = {}): PolledMesh {
  let snapshot = emptySnapshot(epochSeconds(0), { ...DEFAULT_SETTINGS, ...settings });
  let poll = 0;
  const setCluster = (cluster: Partial<ClusterObjects>): void => {
    snapshot = { ...snapshot, cluster: { ...snapshot.cluster, ...cluster } };
  };
  return {
    get snapshot() {
      return snapshot;
    },
    poll(at, istiods) {
      const now = epochSeconds(at);
      poll += 1;
      const controlPlane: Observed<ControlPlane> = { state: 'fresh', at: now, value: { poll, istiods } };
      snapshot = { ...snapshot, takenAt: now, controlPlane };
      snapshot = { ...snapshot, history: advanceHistory(snapshot.history, snapshot, now) };
      return snapshot.history;
    },
    setPods: (pods) => setCluster({ pods: pods === undefined ? NO_CLUSTER.pods : fresh(objects(pods)) }),
    setCluster,
    setHistory(history) {
      snapshot = { ...snapshot, history };
    },
  };
}

/** The items of a recorded list of the Kubernetes API, each mapped as the exporter maps it. */
export function recordedObjects<T extends { readonly namespace?: string; readonly name: string }>(
  file: string,
  map: (raw: RawObject) => T | undefined,
): ObjectMap<T> {
  const text = readFileSync(new URL(`../fixtures/objects/${file}`, import.meta.url), 'utf8');
  const { items } = JSON.parse(text) as { readonly items: readonly RawObject[] };
  return objects(items.flatMap((raw) => map(raw) ?? []));
}

/** Recorded rows of `/debug/syncz` as the exporter reads them: what is no proxy is left out. */
export function decodeRows(rows: readonly unknown[]): readonly ProxyConnection[] {
  return rows.flatMap((row) => {
    const decoded = decodeRow(row);
    return typeof decoded === 'string' ? [] : [decoded];
  });
}
