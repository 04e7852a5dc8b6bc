import type { EpochSeconds } from '../model/brand.ts';
import type { ProxyRow, XdsBlock } from '../model/proxy-row.ts';
import { counted, firstOf, shellWord, span } from './wording.ts';

/** What keeps proxies from what istiod sends, in words that rungs 1 and 2 share. */
export interface Explained {
  /** `3 proxies STALE for 6 min; NetworkPolicy payment/default-deny blocks egress to istiod:15012`. */
  readonly brief: string;
  readonly evidence: readonly string[];
  readonly next: string;
}

/** Proxies told one by one; the rest is counted. */
const MAX_TOLD = 5;

/** @param rows of proxies that are not in sync, at least one */
export function explainOutOfSync(rows: readonly ProxyRow[], now: EpochSeconds): Explained {
  const states = [...Map.groupBy(rows, ({ state }) => state)].map(([state, same]) => {
    const since = Math.min(...same.map((row) => behindSince(row) ?? Number.POSITIVE_INFINITY));
    const age = Number.isFinite(since) ? ` for ${span(now - since)}` : '';
    return `${counted(same.length, 'proxy', 'proxies')} ${state.replace('_', ' ')}${age}`;
  });
  const blocks = blocksOf(rows);
  const [block] = blocks;
  const more = rows.length - MAX_TOLD;
  return {
    brief: [...states, ...blocks.slice(0, 2).map(blockText), ...reasonsOf(rows)].join('; '),
    evidence: [
      ...rows.slice(0, MAX_TOLD).map((row) => rowText(row, now)),
      ...(more > 0 ? [`and ${counted(more, 'more proxy', 'more proxies')}`] : []),
      ...blocks.flatMap(blockEvidence),
    ],
    next: block === undefined ? nextFor(rows) : policyCommand(block),
  };
}

/** Since when a proxy has not held current configuration, as well as is known. What it has not acknowledged may be a push on its way. */
export function behindSince({ outOfSync, missingSince, types }: ProxyRow): number | undefined {
  if (outOfSync !== undefined) return outOfSync.since;
  if (missingSince !== undefined) return missingSince;
  const open = Object.values(types).filter(({ state }) => state === 'STALE' || state === 'ERROR');
  const times = open.flatMap(({ since }) => (since === undefined ? [] : [since]));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** A push may be under way for so long. */
const PUSH_SECONDS = 10;

/** Not in sync, and not only because a push is on its way. */
export function isBehind(row: ProxyRow, now: number): boolean {
  if (row.verdict === 'rejected') return true;
  if (row.verdict !== 'stale') return false;
  if (row.outOfSync !== undefined) return true;
  const since = behindSince(row);
  return since === undefined ? row.state === 'NOT_SENT' : now - since >= PUSH_SECONDS;
}

function blocksOf(rows: readonly ProxyRow[]): readonly XdsBlock[] {
  const blocks = rows.flatMap(({ blockedBy }) => blockedBy ?? []);
  return [...new Map(blocks.map((block) => [blockText(block), block])).values()];
}

function blockText({ policyNamespace, policy, direction }: XdsBlock): string {
  return `NetworkPolicy ${policyNamespace}/${policy} blocks ${direction} to istiod:15012`;
}

function blockEvidence({ others, dnsBlocked, otherEngines = [] }: XdsBlock): readonly string[] {
  return [
    ...(others.length > 0 ? [`isolated by NetworkPolicy ${firstOf(others)} too`] : []),
    ...(dnsBlocked === true ? ['the way to DNS is blocked as well'] : []),
    ...(otherEngines.length > 0 ? [`policies of ${otherEngines.join(', ')} may allow it; they are not read`] : []),
  ];
}

function reasonsOf(rows: readonly ProxyRow[]): readonly string[] {
  const reasons = rows.flatMap(({ types }) =>
    Object.entries(types).flatMap(([type, { reason }]) =>
      reason === undefined ? [] : [`${type.toUpperCase()} rejected: ${reason}`],
    ),
  );
  return [...new Set(reasons)].slice(0, 2);
}

function rowText(row: ProxyRow, now: EpochSeconds): string {
  const since = behindSince(row);
  const open = Object.entries(row.types)
    .filter(([, { state }]) => state === 'STALE' || state === 'ERROR')
    .map(([type]) => type.toUpperCase());
  const age = since === undefined ? '' : ` for ${span(now - since)}`;
  const origin = row.outOfSync?.origin === 'first_seen' ? ', or longer: it was so when first seen' : '';
  const [words] = Object.values(row.types).flatMap(({ error }) => error ?? []);
  const what = `${row.name}.${row.namespace} ${row.state}${open.length > 0 ? ` (${open.join(', ')})` : ''}${age}${origin}`;
  return words === undefined ? what : `${what}: ${words}`;
}

function policyCommand({ policyNamespace, policy }: XdsBlock): string {
  return `kubectl -n ${shellWord(policyNamespace)} get networkpolicy ${shellWord(policy)} -o yaml`;
}

function nextFor(rows: readonly ProxyRow[]): string {
  const [row] = rows;
  const [name, namespace] = [shellWord(row?.name ?? ''), shellWord(row?.namespace ?? '')];
  return row?.verdict === 'rejected'
    ? `meshladder status -n ${namespace} -o wide`
    : `kubectl -n ${namespace} logs ${name} -c istio-proxy --tail=50`;
}
