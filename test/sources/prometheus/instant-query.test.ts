import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { SourceError } from '../../../src/model/source-error.ts';
import { AskPrometheusError } from '../../../src/sources/prometheus/ask-prometheus-error.ts';
import { instantQuery } from '../../../src/sources/prometheus/instant-query.ts';

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let url: string;

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (extra: { tokenFile?: string; timeoutMs?: number; url?: string } = {}) =>
  instantQuery('up', { url, meshCluster: 'east', timeoutMs: 5000, ...extra }, new AbortController().signal);

/** What an answer is called, and what a person reads. */
async function reasonOf(asked: Promise<unknown>): Promise<[SourceError['code'], string]> {
  const error = await asked.then(
    () => assert.fail('it was answered'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof AskPrometheusError, String(error));
  return [error.reason.code, error.reason.detail.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')];
}

const status = (code: number, body: string) => (_request: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(code).end(body);

describe('an answer that is none', () => {
  const cases: readonly [name: string, (request: IncomingMessage, response: ServerResponse) => void, string, RegExp][] =
    [
      ['503 with a page', status(503, '<html>secret'), 'invalid', /^HOST answered 503 to a query$/],
      [
        "Prometheus' own words",
        status(422, '{"status":"error","error":"query\\u0007timed out"}'),
        'invalid',
        /^HOST answered 422 to a query: query timed out$/,
      ],
      ['401', status(401, ''), 'denied', /^HOST answered 401 to a query; see prometheus\.tokenFile$/],
      ['403', status(403, ''), 'denied', /403/],
      ['404', status(404, '404 page not found'), 'not_found', /see prometheus\.url$/],
      ['no JSON', status(200, '<html>'), 'invalid', /not an instant vector/],
      ['an error', status(200, '{"status":"error","error":"x"}'), 'invalid', /not an instant vector/],
      ['a matrix', status(200, '{"status":"success","data":{"resultType":"matrix","result":[]}}'), 'invalid', /vector/],
      ['null', status(200, 'null'), 'invalid', /vector/],
      ['a connection that ends', (request) => request.socket.destroy(), 'refused', /^cannot connect to HOST/],
    ];
  for (const [name, behave, code, detail] of cases) {
    test(name, async () => {
      answer = behave;
      const [saidCode, saidDetail] = await reasonOf(ask());
      assert.equal(saidCode, code);
      assert.match(saidDetail, detail);
    });
  }

  test('none at all, by the deadline', async () => {
    answer = () => {};
    assert.deepEqual(await reasonOf(ask({ timeoutMs: 100 })), ['timeout', 'HOST did not answer a query within 100 ms']);
  });

  test('a token that cannot be read', async () => {
    assert.deepEqual(await reasonOf(ask({ tokenFile: '/nowhere/token' })), [
      'denied',
      '/nowhere/token cannot be read: ENOENT',
    ]);
  });

  test('nobody there', async () => {
    const nobody = url;
    server.close();
    await once(server, 'close');
    assert.deepEqual(await reasonOf(ask({ url: nobody })), ['refused', 'cannot connect to HOST: ECONNREFUSED']);
  });
});

test('samples that are no numbers, or no samples, are passed over', async () => {
  const result = [
    { metric: { a: 'b', c: 1 }, value: [1, '2.5'] },
    { metric: {}, value: [1, 'NaN'] },
    { metric: {}, value: 7 },
    { value: [1, '2'] },
    null,
    7,
  ];
  answer = status(200, JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
  assert.deepEqual(await ask(), [{ labels: { a: 'b' }, value: 2.5 }]);
});
