import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { type TestContext, test } from 'node:test';
import { createDispatch } from '../../../../src/sinks/http/dispatch.ts';
import { createExpressHandler } from '../../../../src/sinks/http/express-handler.ts';
import { createEventFeed, type EventFeedOptions } from '../../../../src/sinks/http/page/event-feed.ts';
import { startServer } from '../../../../src/sinks/http/server.ts';
import { recordLog } from '../../../support/record-log.ts';

const AT = '2026-11-21T12:00:00.000Z';
const EVENT = `event: snapshot\ndata: {"at":"${AT}"}\n\n`;

async function serve(context: TestContext, options: Partial<EventFeedOptions> = {}) {
  const listeners = new Set<() => void>();
  const feed = createEventFeed({
    moment: () => AT,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ...options,
  });
  const dispatch = createDispatch(recordLog());
  const server = await startServer(createExpressHandler([feed.route], dispatch), { host: '127.0.0.1', port: 0 });
  context.after(async () => {
    feed.close();
    await server.close(0);
  });
  const open = async (method = 'GET'): Promise<IncomingMessage> => {
    const asked = get(`http://${server.address}/api/v1/events`, { method, agent: false });
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    // A stream that the server cuts is no failure of the test.
    response.on('error', () => undefined);
    return response.setEncoding('utf8');
  };
  const change = (): void => {
    for (const listener of listeners) listener();
  };
  return { feed, server, open, change, listeners };
}

/** Reads until the text is there. */
async function read(response: IncomingMessage, isThere: (text: string) => boolean): Promise<string> {
  let text = '';
  for await (const chunk of response.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (isThere(text)) return text;
  }
  return text;
}

const countOf = (text: string): number => text.split(EVENT).length - 1;

test('says once at the start what it is true of, and then whenever something is new', async (context) => {
  const { open, change } = await serve(context, { gapMs: 5 });
  const response = await open();
  assert.equal(response.statusCode, 200);
  assert.equal(response.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(response.headers['cache-control'], 'no-store');
  assert.equal(await read(response, (text) => countOf(text) === 1), `retry: 3000\n\n${EVENT}`);
  change();
  assert.equal(await read(response, (text) => countOf(text) === 1), EVENT);
  response.destroy();
});

test('many changes in a row are one event, and the last of them is not lost', async (context) => {
  const { open, change } = await serve(context, { gapMs: 150, heartbeatMs: 20 });
  const response = await open();
  await read(response, (text) => countOf(text) === 1);
  const beganMs = performance.now();
  change();
  await read(response, (text) => countOf(text) === 1);
  for (let nth = 0; nth < 50; nth++) change();
  await read(response, (text) => countOf(text) === 1);
  assert.ok(performance.now() - beganMs >= 140, 'the gap is kept');
  const quiet = await read(response, (text) => text.split(': still here').length > 4);
  assert.equal(countOf(quiet), 0);
  response.destroy();
});

test('so many clients and no more; who leaves makes room', async (context) => {
  const { open } = await serve(context, { maxClients: 2 });
  const [first, second, third] = [await open(), await open(), await open()];
  assert.deepEqual([first.statusCode, second.statusCode, third.statusCode], [200, 200, 503]);
  assert.equal(third.headers['retry-after'], '30');
  assert.match(await read(third, () => false), /"error":"2 clients listen already/);
  first.destroy();
  let again = await open();
  // The server learns of it a moment later.
  while (again.statusCode === 503) again = await open();
  assert.equal(again.statusCode, 200);
  for (const response of [second, again]) response.destroy();
});

test('ends every stream at the end, and stops listening; who comes later is told', async (context) => {
  const { feed, open, listeners } = await serve(context);
  const response = await open();
  assert.equal(listeners.size, 1);
  feed.close();
  await read(response, () => false);
  assert.ok(response.complete);
  assert.equal(listeners.size, 0);
  assert.equal((await open()).statusCode, 503);
});

test('HEAD asks for no stream', async (context) => {
  const { open } = await serve(context, { maxClients: 1 });
  const head = await open('HEAD');
  assert.equal(await read(head, () => false), '');
  const response = await open();
  assert.equal(response.statusCode, 200);
  response.destroy();
});
