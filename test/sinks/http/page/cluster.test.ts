import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusDocument } from '../../../../src/sinks/http/status-document.ts';

/** Code of the page, which is checked by itself: what of it needs no browser. */
const { ofCluster, statusOfCluster } = (await import(
  '../../../../src/sinks/http/page/client/cluster.js' as string
)) as {
  ofCluster(path: string, cluster?: string): string;
  statusOfCluster(status: StatusDocument | undefined, id?: string): StatusDocument | undefined;
};

const PATHS: readonly (readonly [path: string, cluster: string, asked: string])[] = [
  ['api/v1/ladder', '', 'api/v1/ladder'],
  ['api/v1/ladder', 'west', 'api/v1/ladder?cluster=west'],
  ['page/proxies.json?text=a%26b', 'west', 'page/proxies.json?text=a%26b&cluster=west'],
  ['page/proxies.json?', 'a b&c', 'page/proxies.json?&cluster=a+b%26c'],
  ['api/v1/status', 'west', 'api/v1/status'],
  ['page/response-flags.json', 'west', 'page/response-flags.json'],
  ['page/runbooks.json', 'west', 'page/runbooks.json'],
];

for (const [path, cluster, asked] of PATHS) {
  test(`${path} of ${cluster || 'home'} is asked for as ${asked}`, () => assert.equal(ofCluster(path, cluster), asked));
}

test('what is heard of a cluster stands in the place of what is heard of home', () => {
  const west = { cluster: 'west', sources: [], istiods: null };
  const status = {
    cluster: 'east',
    ready: true,
    sources: [{}],
    istiods: [],
    remote_clusters: [west],
  } as unknown as StatusDocument;
  assert.deepEqual(statusOfCluster(status, 'west'), { ...status, ...west });
  assert.equal(statusOfCluster(status, ''), status);
  assert.equal(statusOfCluster(status, 'moon'), status);
  assert.equal(statusOfCluster(undefined, 'west'), undefined);
});
