import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeApi, ListPage } from '../../../src/sources/kubernetes/kube-api.ts';
import { listAll } from '../../../src/sources/kubernetes/list-all.ts';

/** Pages by the names of their objects; `!` before those of a list that began anew. */
const LISTS: readonly (readonly [pages: readonly string[], names: string])[] = [
  [[], ''],
  [['a b', 'c'], 'a b c'],
  [['a b', '! a', 'c'], 'a c'],
  [['a', '! b', '! c', 'd'], 'c d'],
];
for (const [pages, names] of LISTS) {
  test(`pages ${JSON.stringify(pages)}: ${names || 'nothing'}`, async () => {
    const asked: unknown[] = [];
    const api: Pick<KubeApi, 'list'> = {
      async *list(...question) {
        asked.push(question);
        for (const page of pages) yield pageOf(page);
      },
    };
    const { signal } = new AbortController();
    const found = await listAll(api, '/api/v1/pods', { labelSelector: 'app=istiod' }, signal);
    assert.equal(found.map(({ name }) => name).join(' '), names);
    assert.deepEqual(asked, [['/api/v1/pods', { labelSelector: 'app=istiod' }, signal]]);
  });
}

function pageOf(page: string): ListPage {
  const items = page
    .replace('! ', '')
    .split(' ')
    .map((name) => ({ name }));
  return { items, resourceVersion: '1', ...(page.startsWith('!') && { restarted: true }) };
}
