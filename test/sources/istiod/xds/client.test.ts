import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createXdsClient, type XdsQuestion } from '../../../../src/sources/istiod/xds/client.ts';
import { until } from '../../../support/until.ts';
import { DEBUG, debugBody, SERVER_NAME, startXdsServer, type XdsServerOptions } from '../../../support/xds-server.ts';

const NEVER = new AbortController().signal;

async function clientOf(t: TestContext, more: XdsServerOptions = {}) {
  const server = await startXdsServer({ answers: { [DEBUG]: debugBody('[]') }, ...more });
  const client = createXdsClient(1 << 20);
  t.after(async () => {
    client.close();
    await server.stop();
  });
  const to = { address: server.address, serverName: SERVER_NAME, namespace: 'istio-system' };
  const question = (signal = NEVER): XdsQuestion => {
    return { to, ca: Buffer.from(server.ca.cert), token: undefined, deadlineMs: 20_000, signal };
  };
  const ask = async (signal?: AbortSignal): Promise<number> => (await client.sync(question(signal))).proxies.length;
  return { server, client, ask };
}

test('questions at once are answered over one connection, which is kept', async (t) => {
  const { server, client, ask } = await clientOf(t);
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [0, 0, 0]);
  assert.equal(server.connections(), 3 + 1, 'each knocks, and one connects');
  assert.equal(await ask(), 0);
  assert.equal(server.connections(), 4);
  client.keep(new Set());
  await until(server.open, (open) => open === 0, 'all connections are let go of');
});

test('a question that comes while another connects takes nothing from it', async (t) => {
  // So slow that the connection is under way for a while after the first bytes of it.
  const { server, client, ask } = await clientOf(t, { drip: 100 });
  const first = ask();
  await until(server.connections, (connections) => connections === 2, 'it knocked, and connects', { everyMs: 1 });
  const second = ask();
  assert.deepEqual(await Promise.all([first, second]), [0, 0]);
  assert.equal(server.connections(), 2);
  client.keep(new Set());
  await until(server.open, (open) => open === 0, 'all connections are let go of');
});

test('who gives up takes nothing from a question beside it', async (t) => {
  const { server, ask } = await clientOf(t, { drip: 100 });
  const stop = new AbortController();
  const first = assert.rejects(ask(stop.signal), /enough/);
  const second = ask();
  await until(server.connections, (connections) => connections >= 1, 'somebody knocks', { everyMs: 1 });
  stop.abort(new Error('enough'));
  await first;
  assert.equal(await second, 0);
});
