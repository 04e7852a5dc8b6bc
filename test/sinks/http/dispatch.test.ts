import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Answer, Route } from '../../../src/sinks/http/answer.ts';
import { createDispatch } from '../../../src/sinks/http/dispatch.ts';
import { createEventFeed } from '../../../src/sinks/http/page/event-feed.ts';

const LOG = { error: (_: object, message: string): void => assert.fail(message) };

/** A server of one route, whose answer is made when the test lets it. */
async function serve(context: TestContext, route: Route, maxBytes: number) {
  const dispatch = createDispatch(LOG, { unread: { maxBytes, maxMs: 60_000 } });
  const made: PromiseWithResolvers<void>[] = [];
  const slow: Route = {
    ...route,
    answer: async (asked) => {
      const turn = Promise.withResolvers<void>();
      made.push(turn);
      server.emit('asked');
      await turn.promise;
      return route.answer(asked);
    },
  };
  const server: Server = createServer((asked, response) => void dispatch.toRoute(slow, asked, response));
  context.after(() => server.closeAllConnections());
  context.after(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const answerAll = (): void => {
    for (const turn of made.splice(0)) turn.resolve();
  };
  return { server, port, answerAll };
}

type Served = Awaited<ReturnType<typeof serve>>;

/** Asks, and hangs up before there is an answer. */
async function askAndHangUp({ server, port, answerAll }: Served): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.once('request', (_, response: ServerResponse) => void response.once('close', resolve));
  });
  const asked = once(server, 'asked');
  const client = request({ port, host: '127.0.0.1' }).on('error', () => undefined);
  client.end();
  await asked;
  client.destroy();
  await closed;
  answerAll();
}

async function statusOf({ server, port, answerAll }: Served): Promise<number | undefined> {
  const asked = once(server, 'asked');
  const client = request({ port, host: '127.0.0.1' });
  client.end();
  await asked;
  answerAll();
  const [response] = await once(client, 'response');
  response.destroy();
  return response.statusCode;
}

test('answers for those who have hung up are not kept for them', async (context) => {
  const answer: Answer = { status: 200, type: 'text/plain', body: 'x'.repeat(10_000) };
  const served = await serve(context, { path: '/', answer: () => answer }, 25_000);
  for (let nth = 0; nth < 4; nth += 1) await askAndHangUp(served);
  assert.equal(await statusOf(served), 200);
});

test('a place in the feed is not kept for those who have hung up', async (context) => {
  const feed = createEventFeed({ onChange: () => () => undefined, moment: () => 'now', maxClients: 2 });
  context.after(() => feed.close());
  const served = await serve(context, feed.route, 25_000);
  for (let nth = 0; nth < 4; nth += 1) await askAndHangUp(served);
  assert.equal(await statusOf(served), 200);
});
