/** One of several exporters among which a mesh is divided by namespace. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

/** The only one: everything is its own. */
export const UNDIVIDED: Shard = Object.freeze({ index: 0, count: 1 });

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a of 32 bits over the bytes of a text (draft-eastlake-fnv): the same in every version and on every machine. */
export function fnv1a(text: string): number {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

/** Whether a namespace, and all that lives in it, belongs to this shard. What is of no namespace is the first one's. */
export function isOfShard({ index, count }: Shard, namespace: string): boolean {
  if (count === 1) return true;
  return (namespace === '' ? 0 : fnv1a(namespace) % count) === index;
}
