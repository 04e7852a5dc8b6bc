import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createAnswerRows } from '../../../src/sources/istiod/answer-rows.ts';
import { AskError } from '../../../src/sources/istiod/ask-error.ts';
import { type ConnectionTimes, createConnectionTimes } from '../../../src/sources/istiod/connections.ts';
import { fixturePath, readRows } from '../../support/syncz.ts';

const LIMIT = 1 << 20;

function row(proxy: string, second: number, cluster = 'Kubernetes'): object {
  const nonce = `2026-08-01T09:14:${String(second).padStart(2, '0')}Z/1x`;
  return { cluster_id: cluster, proxy, cluster_sent: nonce, cluster_acked: nonce };
}

function times(...connections: readonly (readonly [id: string, at: string])[]): ConnectionTimes {
  const collector = createConnectionTimes();
  for (const [connectionId, connectedAt] of connections) collector.take({ connectionId, connectedAt, address: 'x' });
  return collector.times();
}

async function finish(rows: readonly unknown[], opened?: ConnectionTimes) {
  const answer = createAnswerRows(LIMIT);
  for (const each of rows) answer.element(each);
  return answer.finish(opened);
}

test('a proxy that stands twice counts once, by what was sent last, whichever comes first', async () => {
  for (const rows of [
    [row('a.n', 1), row('a.n', 2)],
    [row('a.n', 2), row('a.n', 1)],
  ]) {
    const { proxies } = await finish([...rows, row('b.n', 1)]);
    assert.deepEqual(
      proxies.map((proxy) => [proxy.name, proxy.types.cds?.sent]),
      [
        ['a', '2026-08-01T09:14:02Z/1x'],
        ['b', '2026-08-01T09:14:01Z/1x'],
      ],
    );
  }
});

test('one name in two clusters is two proxies', async () => {
  const { proxies } = await finish([row('a.n', 1, 'east'), row('a.n', 2, 'west')]);
  assert.deepEqual(
    proxies.map((proxy) => proxy.cluster),
    ['east', 'west'],
  );
});

test('connection times are joined in order, so the newer of two connections wins even when less was sent to it', async () => {
  const opened = times(['a.n-1', '2026-08-01T09:00:00Z'], ['a.n-7', '2026-08-01T09:10:00Z'], ['b.n-2', 'never']);
  const { proxies } = await finish([row('a.n', 9), row('a.n', 3), row('b.n', 1)], opened);
  assert.deepEqual(
    proxies.map((proxy) => [proxy.name, proxy.connectedAt, proxy.types.cds?.sent?.slice(17, 20)]),
    [
      ['a', Date.parse('2026-08-01T09:10:00Z') / 1000, '03Z'],
      ['b', undefined, '01Z'],
    ],
  );
});

test('where the two lists do not agree on a proxy, nothing is said of when it connected', async () => {
  const opened = times(['a.n-1', '2026-08-01T09:00:00Z'], ['a.n-2', '2026-08-01T09:10:00Z']);
  const { proxies } = await finish([row('a.n', 9), row('gone.n', 1)], opened);
  assert.deepEqual(
    proxies.map((proxy) => proxy.connectedAt),
    [undefined, undefined],
  );
});

test('the recorded connections give every recorded proxy its time', async () => {
  const { clients } = JSON.parse(await readFile(fixturePath('istiod/connections.json'), 'utf8')) as {
    clients: unknown[];
  };
  const collector = createConnectionTimes();
  for (const client of clients) collector.take(client);
  const { proxies } = await finish(await readRows('istiod/syncz.json'), collector.times());
  assert.equal(proxies.length, 9);
  for (const proxy of proxies) assert.ok(proxy.connectedAt !== undefined && proxy.connectedAt > 1.7e9, proxy.name);
  const gateway = proxies.find((proxy) => proxy.type === 'router');
  assert.equal(gateway?.connectedAt, Date.parse('2026-11-21T02:23:51.672Z') / 1000);
});

test('connections that make no sense are passed over', () => {
  const collector = createConnectionTimes();
  for (const odd of [null, 1, {}, { connectionId: 5 }, { connectionId: 'a.n' }, { connectionId: '-1' }, ['a.n-1']]) {
    collector.take(odd);
  }
  assert.equal(collector.times().size, 0);
});

test('rows that cannot be read are counted and left out', async () => {
  const answer = createAnswerRows(LIMIT);
  for (const each of [row('a.n', 1), null, { proxy: 'nodot' }, row('b.n', 1)]) answer.element(each);
  answer.oversized();
  const { proxies, skippedRows } = await answer.finish();
  assert.deepEqual([proxies.length, skippedRows], [2, 3]);
});

test('an array of something else is no answer; an empty one is', async () => {
  await assert.rejects(finish([1, 2, 3]), (error) => error instanceof AskError && error.reason.code === 'invalid');
  assert.deepEqual(await finish([]), { proxies: [], skippedRows: 0 });
  const onlyIstioctl = { proxy: 'test-1.default', istio_version: '65536.65536.65536' };
  assert.deepEqual(await finish([onlyIstioctl]), { proxies: [], skippedRows: 0 });
});

test('more rows than any istiod has are refused before they fill the memory', () => {
  const answer = createAnswerRows(LIMIT);
  const tiny = { proxy: 'a.n', cluster_id: 'c' };
  assert.throws(
    () => {
      for (let n = 0; n < 200_000; n++) answer.element(tiny);
    },
    (error) => error instanceof AskError && error.reason.code === 'too_large',
  );
});
