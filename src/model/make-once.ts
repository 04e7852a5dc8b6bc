/** What is kept for a key: a map, weak or not. */
interface Kept<K, V> {
  get(key: K): Promise<V> | undefined;
  set(key: K, value: Promise<V>): unknown;
  delete(key: K): boolean;
}

/** What was made for this key, or is being made; else it is made now. What fails is not kept: the next asks anew. */
export function makeOnce<K, V>(kept: Kept<K, V>, key: K, make: () => Promise<V>): Promise<V> {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const made = make();
  kept.set(key, made);
  made.catch(() => {
    if (kept.get(key) === made) kept.delete(key);
  });
  return made;
}
