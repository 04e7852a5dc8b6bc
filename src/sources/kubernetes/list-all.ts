import type { KubeApi, RawObject } from './kube-api.ts';

/** Every object of a list, however often it began anew: for lists that are short, or read once. @throws KubeApiError */
export async function listAll(
  api: Pick<KubeApi, 'list'>,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly RawObject[]> {
  let items: RawObject[] = [];
  for await (const page of api.list(path, query, signal)) {
    if (page.restarted === true) items = [];
    items.push(...page.items);
  }
  return items;
}
