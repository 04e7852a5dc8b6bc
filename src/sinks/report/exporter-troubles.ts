import { oneLine } from './text-table.ts';

/** Longest line told: what came over the network is not to fill a screen. */
const MAX_WORDS = 400;

/**
 * Reads an exporter's `/api/v1/status` for what it cannot see itself.
 * @param document as it came over the network
 * @param cluster of those that it watches; default: its home
 * @returns a line for each source and each istiod that gives it nothing
 */
export function exporterTroubles(document: unknown, cluster?: string): readonly string[] {
  const heardOf = cluster === undefined ? document : (remoteCluster(document, cluster) ?? document);
  return [
    ...each(heardOf, 'sources', ({ source, up, last_error: why }) =>
      up === false ? troubleLine(source, why) : undefined,
    ),
    ...each(heardOf, 'istiods', ({ name, state, error: why }) => (state === 'ok' ? undefined : troubleLine(name, why))),
  ];
}

type Entry = Readonly<Record<string, unknown>>;

function remoteCluster(document: unknown, id: string): Entry | undefined {
  const all = isEntry(document) ? document['remote_clusters'] : undefined;
  return Array.isArray(all) ? all.filter(isEntry).find(({ cluster }) => cluster === id) : undefined;
}

function each(document: unknown, key: string, lineOf: (entry: Entry) => string | undefined): readonly string[] {
  const list = isEntry(document) ? document[key] : undefined;
  return Array.isArray(list) ? list.filter(isEntry).flatMap((entry) => lineOf(entry) ?? []) : [];
}

function troubleLine(name: unknown, why: unknown): string {
  const words = typeof why === 'string' ? why : 'down, and it does not say why';
  return oneLine(`the exporter's ${String(name)}: ${words}`, MAX_WORDS);
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null;
}
