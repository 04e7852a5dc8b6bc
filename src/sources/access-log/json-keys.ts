const REST_OF_STRING = /[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const COLON = /\s*:/y;

/** How many keys are written in a JSON text, those that stand twice and those of inner objects each counted. */
export function countKeys(json: string): number {
  let keys = 0;
  for (let at = json.indexOf('"'); at >= 0; at = json.indexOf('"', at)) {
    REST_OF_STRING.lastIndex = at + 1;
    if (!REST_OF_STRING.test(json)) break;
    at = REST_OF_STRING.lastIndex;
    COLON.lastIndex = at;
    if (COLON.test(json)) keys += 1;
  }
  return keys;
}

/** How many keys the objects in a value have, the value itself included: fewer than were written, if one stood twice. */
export function countMembers(value: unknown): number {
  let members = 0;
  const open = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const inner = Object.values(next);
    if (!Array.isArray(next)) members += inner.length;
    for (const value of inner) open.push(value);
  }
  return members;
}
