const NONE: readonly string[] = Object.freeze([]);
/** Envoy knows about thirty flags; extensions may add some of their own. */
const FLAG = /^[A-Z][A-Za-z0-9]{0,15}$/;
const MAX_FLAGS = 12;

/** The flags of `URX,UF` or `-` as a sorted set: their order differs by protocol and version (`istio.md` §3.4). */
export function flagsOf(field: string): readonly string[] {
  if (field === '-') return NONE;
  const words = field.split(',').map((word) => (FLAG.test(word) ? word : 'other'));
  const sorted = [...new Set(words)].sort();
  return sorted.length > MAX_FLAGS ? ['other'] : sorted;
}
