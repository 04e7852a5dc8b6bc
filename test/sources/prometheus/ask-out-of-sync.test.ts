import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, test } from 'node:test';
import { askOutOfSync } from '../../../src/sources/prometheus/ask-out-of-sync.ts';

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let url: string;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'meshladder-prometheus-'));
  server = createServer((request, response) => answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}/prefix/`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const VECTOR = {
  status: 'success',
  data: {
    resultType: 'vector',
    result: [
      { metric: { proxy_namespace: 'payment', proxy: 'checkout-1' }, value: [1795230451.5, '1795230100.25'] },
      { metric: { proxy_namespace: 'payment' }, value: [1795230451.5, '1'] },
      { metric: { proxy_namespace: 'payment', proxy: 'nan' }, value: [1795230451.5, 'NaN'] },
      null,
    ],
  },
};

const ask = (extra: { tokenFile?: string; timeoutMs?: number } = {}) =>
  askOutOfSync({ url, meshCluster: 'east "1"', timeoutMs: 30_000, ...extra }, AbortSignal.timeout(30_000));

test('asks below the path prefix, for this cluster, with the token of the file as it is now', async () => {
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'secret\n');
  const seen: { url?: string; authorization?: string; query?: string }[] = [];
  answer = async (request, response) => {
    const query = new URLSearchParams(await text(request)).get('query') ?? '';
    seen.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '', query });
    response.end(JSON.stringify(VECTOR));
  };
  const facts = await ask({ tokenFile });
  assert.deepEqual(facts, [
    { cluster: 'east "1"', namespace: 'payment', name: 'checkout-1', outOfSyncSince: 1795230100.25 },
  ]);
  assert.equal(seen[0]?.authorization, 'Bearer secret');
  assert.equal(seen[0]?.url, '/prefix/api/v1/query');
  assert.match(seen[0]?.query ?? '', /mesh_cluster="east \\"1\\""/);
});
