/** What a path below `/api` or `/apis` names. */
export interface ApiPath {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Takes a path of the API apart; undefined for any other. Parts are decoded. */
export function readApiPath(path: string): ApiPath | undefined {
  const [, core, group = '', version = core ?? '', rest = ''] =
    /^\/(?:api\/(v1)|apis\/([^/]+)\/([^/]+))\/(.+)$/.exec(path) ?? [];
  if (version === '') return undefined;
  const parts = rest.split('/').map(decode);
  if (parts.some((part) => part === undefined || part === '')) return undefined;
  const [first = '', second, third, fourth, fifth] = parts as string[];
  const below = { group, version };
  // `namespaces/x/pods` is pods in x, `namespaces/x` is the namespace x.
  if (first === 'namespaces' && second !== undefined && third !== undefined) {
    return { ...below, plural: third, namespace: second, ...named(fourth, fifth) };
  }
  return { ...below, plural: first, ...named(second, third) };
}

function named(name: string | undefined, subresource: string | undefined): Pick<ApiPath, 'name' | 'subresource'> {
  return { ...(name !== undefined && { name }), ...(subresource !== undefined && { subresource }) };
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
