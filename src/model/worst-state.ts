import type { SyncState, XdsType } from './xds.ts';

/** Worst first. */
const ORDER: readonly SyncState[] = ['ERROR', 'STALE', 'UNKNOWN', 'NOT_SENT', 'SYNCED'];

/** Types that every Envoy asks for and every istiod answers, so that "nothing sent" says something is wrong. */
const ALWAYS_SENT: ReadonlySet<XdsType> = new Set<XdsType>(['cds', 'lds']);

/** Whether nothing sent of this type is how a healthy proxy may look for ever. */
export function isNotSentNormal(type: XdsType): boolean {
  return !ALWAYS_SENT.has(type);
}

/**
 * The state that speaks for a proxy: the worst of its types. NOT_SENT counts on CDS and LDS only; elsewhere it is
 * normal where there is nothing to send (routes of a TCP-only gateway, ECDS without Wasm). A proxy of
 * which no type was ever sent is NOT_SENT as a whole.
 */
export function worstState(types: Readonly<Partial<Record<XdsType, { readonly state: SyncState }>>>): SyncState {
  let worst: SyncState | undefined;
  for (const [type, { state }] of Object.entries(types) as [XdsType, { readonly state: SyncState }][]) {
    if (state === 'NOT_SENT' && isNotSentNormal(type)) continue;
    if (worst === undefined || ORDER.indexOf(state) < ORDER.indexOf(worst)) worst = state;
  }
  return worst ?? 'NOT_SENT';
}
