import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { createObserver, pollsOf } from '../../../src/demo/exporter/observer.ts';
import { createWatcher } from '../../../src/demo/exporter/watcher.ts';
import { closeServer, listenOnLoopback } from '../../../src/demo/http/loopback.ts';

interface Exporter {
  readonly url: string;
  scrapes: number;
}

/** @param refused so many questions come before it is ready */
async function startExporter(context: TestContext, refused = 0): Promise<Exporter> {
  const server = createServer((_request, response) => {
    exporter.scrapes += 1;
    const status = exporter.scrapes > refused ? 200 : 503;
    response.writeHead(status).end(`meshladder_source_polls_total{source="istiod"} ${exporter.scrapes}\n`);
  });
  const exporter = { url: `http://127.0.0.1:${await listenOnLoopback(server)}`, scrapes: 0 };
  context.after(() => closeServer(server));
  return exporter;
}

test('an exporter that is not ready is asked again', async (context) => {
  const exporter = await startExporter(context, 2);
  await createObserver(exporter.url, new AbortController().signal).ready();
  assert.equal(exporter.scrapes, 3);
});

test('a scrape handed to one who waits began after he asked', async (context) => {
  const exporter = await startExporter(context);
  const over = new AbortController();
  const watcher = createWatcher(createObserver(exporter.url, over.signal), 5, over.signal);
  for (let round = 0; round < 5; round += 1) {
    const asked = exporter.scrapes;
    assert.ok(pollsOf(await watcher.next()) > asked);
  }
  over.abort();
  await watcher.done;
  await assert.rejects(watcher.next(), { name: 'AbortError' });
});

test('who waits together is told together', async (context) => {
  const exporter = await startExporter(context);
  const over = new AbortController();
  context.after(() => over.abort());
  const watcher = createWatcher(createObserver(exporter.url, over.signal), 5, over.signal);
  const [one, other] = await Promise.all([watcher.next(), watcher.next()]);
  assert.equal(one, other);
});

test('where a pod is asked about, each scrape comes with what the ladder says of the mesh and of it', async (context) => {
  const said = (summary: string): object => ({ id: 'mtls', verdict: 'finding', summary, evidence: [], next: null });
  const answers: Readonly<Record<string, string>> = {
    '/metrics': 'meshladder_istiods 2\n',
    '/api/v1/ladder': JSON.stringify({ namespaces: [{ namespace: 'shop', rungs: [said('of shop')] }] }),
    '/api/v1/ladder?namespace=shop&pod=cart-0': JSON.stringify({ namespaces: null, rungs: [said('of cart-0')] }),
  };
  const server = createServer(({ url = '' }, response) => {
    response.writeHead(answers[url] === undefined ? 404 : 200).end(answers[url]);
  });
  const url = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  context.after(() => closeServer(server));
  const observer = createObserver(url, new AbortController().signal, { namespace: 'shop', name: 'cart-0' });
  const { ladder } = await observer.scrape();
  assert.equal(ladder?.rung('shop', 'mtls')?.text.trim(), 'of shop');
  assert.equal(ladder?.rungOfPod('mtls')?.text.trim(), 'of cart-0');
  assert.equal(ladder?.rung('elsewhere', 'mtls'), undefined);
});
