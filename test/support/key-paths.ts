/**
 * The paths of all keys in JSON, each once and sorted, items of a list as `[]`.
 * @param maps keys whose value is a map: its own keys are data, and stand as `*`
 */
export function keyPaths(json: string, maps: readonly string[] = []): readonly string[] {
  const paths = new Set<string>();
  const walk = (value: unknown, path: string, isMap: boolean): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) walk(item, `${path}[]`, false);
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      const at = `${path}.${isMap ? '*' : key}`;
      paths.add(at);
      walk(inner, at, maps.includes(key));
    }
  };
  walk(JSON.parse(json), '', false);
  return [...paths].sort();
}
