import { oneLine } from './text-table.ts';

/** Longest line told: what came over the network is not to fill a screen. */
const MAX_WORDS = 400;

/**
 * Reads an exporter's `/api/v1/status` for what it cannot see itself.
 * @param document as it came over the network
 * @returns a line for each source and each istiod that gives it nothing
 */
export function exporterTroubles(document: unknown): readonly string[] {
  return [
    ...each(document, 'sources', ({ source, up, last_error: why }) => (up === false ? told(source, why) : undefined)),
    ...each(document, 'istiods', ({ name, state, error: why }) => (state === 'ok' ? undefined : told(name, why))),
  ];
}

type Entry = Readonly<Record<string, unknown>>;

function each(document: unknown, key: string, tell: (entry: Entry) => string | undefined): readonly string[] {
  const list = isEntry(document) ? document[key] : undefined;
  return Array.isArray(list) ? list.filter(isEntry).flatMap((entry) => tell(entry) ?? []) : [];
}

function told(name: unknown, why: unknown): string {
  const words = typeof why === 'string' ? why : 'down, and it does not say why';
  return oneLine(`the exporter's ${String(name)}: ${words}`, MAX_WORDS);
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null;
}
