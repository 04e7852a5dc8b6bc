import { type EpochSeconds, epochSecondsFromMs } from '../../model/brand.ts';

/*
 * What of istiod's JSON we rely on, checked by hand: two shapes in one row, of which only the types we know may be looked
 * at, each value checked, cut and converted in one pass (about 2 us a row of four types; a poll of a large mesh reads
 * 10,000). A value of the wrong type or of an absurd length makes its row unreadable; other fields are not looked at.
 */

/** A JSON object, with fields not yet trusted. */
export type Fields = Readonly<Record<string, unknown>>;

const MAX_NAME = 253;
const MAX_NAMESPACE = 63;
const MAX_NONCE = 256;
const MAX_VERSION = 64;
const MAX_ERROR = 2_000;
/** Printable ASCII without blanks: what becomes a label or a cell of a table holds no escape or line break. */
const WORD = /^[!-~]+$/;

/** The value as an object; nothing for arrays, null and all else. */
export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** Whether a field may be read as missing: Go leaves empty ones out, other writers say null. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** A word of at most `max` characters, `''` where absent, nothing where it is anything else. */
function word(value: unknown, max: number): string | undefined {
  if (isAbsent(value)) return '';
  return typeof value === 'string' && value.length <= max && WORD.test(value) ? value : undefined;
}

/** A nonce: `<time>/<counter><uuid>`, `''` where absent. */
export function readNonce(value: unknown): string | undefined {
  return word(value, MAX_NONCE);
}

export function readCluster(value: unknown): string | undefined {
  return word(value, MAX_NAME);
}

export function readVersion(value: unknown): string | undefined {
  return word(value, MAX_VERSION);
}

/** `pod.namespace`, split at its last dot: pod names may hold dots, namespaces may not. */
export function readProxyName(value: unknown): { readonly name: string; readonly namespace: string } | undefined {
  const text = word(value, MAX_NAME + 1 + MAX_NAMESPACE);
  if (text === undefined) return undefined;
  const dot = text.lastIndexOf('.');
  const name = text.slice(0, Math.max(dot, 0));
  const namespace = text.slice(dot + 1);
  const fits = name !== '' && name.length <= MAX_NAME && namespace !== '' && namespace.length <= MAX_NAMESPACE;
  return fits ? { name, namespace } : undefined;
}

/** A proxy's own words for a rejection, cut to 2,000 characters; `''` where absent. */
export function readRejection(value: unknown): string | undefined {
  if (isAbsent(value)) return '';
  if (typeof value !== 'string') return undefined;
  // Through bytes, because a slice of a string would keep the whole of it in memory.
  return value.length <= MAX_ERROR ? value : Buffer.from(value.slice(0, MAX_ERROR)).toString();
}

/**
 * A Go time. Nothing where it is absent, unreadable or before 1970: Go writes a time never set as the year 1, which
 * as an age would be 2,025 years.
 */
export function readTime(value: unknown): EpochSeconds | undefined {
  // Date.parse alone reads almost anything as some time.
  if (typeof value !== 'string' || value.length > 40 || value[10] !== 'T') return undefined;
  const ms = Date.parse(value);
  return ms > 0 ? epochSecondsFromMs(ms) : undefined;
}

/**
 * When the push of this nonce was cut: all that istiods before 1.23 say of times (Istio pilot/pkg/xds/ads.go nonce).
 */
export function readNonceTime(nonce: string): EpochSeconds | undefined {
  const slash = nonce.indexOf('/');
  return slash > 0 ? readTime(nonce.slice(0, slash)) : undefined;
}

/** `endpoint_percent` of istiods up to 1.5, as a ratio. */
export function readPercent(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= 100 ? value / 100 : undefined;
}
