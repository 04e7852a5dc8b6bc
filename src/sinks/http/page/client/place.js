// @ts-check

/**
 * Where the reader is: what stands behind the `#`, so that a link to it can be sent.
 * @typedef {{ readonly view: string, readonly names: readonly string[], readonly query: URLSearchParams }} Place
 */

/**
 * @param {string} hash as in `#/proxy/shop/cart-1?x=y`
 * @returns {Place}
 */
export function placeOf(hash) {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [view = '', ...names] = path.split('/').map(decoded);
  return { view, names, query: new URLSearchParams(query) };
}

/**
 * @param {readonly string[]} parts view and names
 * @param {Readonly<Record<string, string | number>> | URLSearchParams} [query] what is empty is left out
 */
export function linkTo(parts, query = {}) {
  const given = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const asked = new URLSearchParams(
    given.flatMap(([name, value]) => (String(value) === '' ? [] : [[name, String(value)]])),
  ).toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${asked === '' ? '' : `?${asked}`}`;
}

/**
 * The pod that a place names: `NAMESPACE/POD`, or `POD.NAMESPACE` as commands have it. No namespace has a dot in its name.
 * @param {Place} place
 */
export function podOf({ names: [first = '', second = ''] }) {
  const dot = first.lastIndexOf('.');
  if (second !== '' || dot < 0) return { namespace: first, name: second };
  return { namespace: first.slice(dot + 1), name: first.slice(0, dot) };
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
