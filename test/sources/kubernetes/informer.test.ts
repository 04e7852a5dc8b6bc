import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { ObjectMap } from '../../../src/model/cluster.ts';
import type { Observed } from '../../../src/model/observed.ts';
import type { SourceError } from '../../../src/model/source-error.ts';
import { createInformer } from '../../../src/sources/kubernetes/informer.ts';
import {
  DEFAULT_TIMING,
  type InformerNeeds,
  type InformerOutcome,
  type InformerTiming,
} from '../../../src/sources/kubernetes/informer-needs.ts';
import { createKubeApi, type KubeApiClient } from '../../../src/sources/kubernetes/kube-api-client.ts';
import {
  type FakeCollection,
  type FakeKubeApi,
  hangUp,
  json,
  plain,
  type SeenRequest,
  silence,
  startFakeKubeApi,
  status,
} from '../../support/fake-kube-api.ts';

const PATH = '/api/v1/things';
const QUICK: InformerTiming = {
  ...DEFAULT_TIMING,
  silenceMs: 60_000,
  retryBaseMs: 10,
  retryCapMs: 40,
  deniedRetryMs: 30,
  absentRetryMs: 30,
  shortWatchMs: 5,
};

interface Thing {
  readonly name: string;
  readonly color: string;
}

const isList = ({ path, query }: SeenRequest): boolean => path === PATH && query.get('watch') === null;
const isWatch = ({ path, query }: SeenRequest): boolean => path === PATH && query.get('watch') === 'true';
const thing = (name: string, color = 'red') => ({ metadata: { name, namespace: 'ns' }, color });

/** One line of what is known, for comparison: `fresh a=red b=blue`. */
function show(observed: Observed<ObjectMap<Thing>>): string {
  const why = 'error' in observed ? [`(${observed.error.code})`] : [];
  const objects = 'value' in observed ? [...observed.value.values()].map(({ name, color }) => `${name}=${color}`) : [];
  return [observed.state, ...why, ...objects.sort()].join(' ');
}

describe('informer', () => {
  let server: FakeKubeApi;
  let api: KubeApiClient;
  let things: FakeCollection;
  let stop: AbortController;
  let running: Promise<void>;
  let outcomes: InformerOutcome[];
  let isCurrent: () => boolean;
  let seen: string[];
  let clock: number;
  let wake: () => void;
  let read: () => Observed<ObjectMap<Thing>>;

  beforeEach(async () => {
    server = await startFakeKubeApi();
    api = createKubeApi({
      access: {
        server: server.url,
        origin: 'a test',
        credentials: async () => ({ headers: {}, tls: {} }),
        renew: async () => {},
      },
    });
    things = server.collection(PATH, { kind: 'Thing' });
    stop = new AbortController();
    running = Promise.resolve();
    outcomes = [];
    seen = [];
    clock = 1000;
    wake = () => {};
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await api.close();
    await server.stop();
  });

  function start(more: Partial<InformerNeeds<Thing>> = {}): void {
    const informer = createInformer<Thing>({
      api,
      label: 'things',
      locate: async () => PATH,
      optional: false,
      query: {},
      metadataOnly: false,
      map(raw) {
        if (raw['color'] === 'invisible') return undefined;
        if (raw['color'] === 'broken') throw new Error('no such color');
        return { name: (raw['metadata'] as { name: string }).name, color: String(raw['color']) };
      },
      timing: QUICK,
      random: () => 0.5,
      now: () => epochSeconds(clock),
      changed() {
        seen.push(show(informer.read()));
        wake();
      },
      outcome(outcome) {
        outcomes.push(outcome);
        wake();
      },
      ...more,
    });
    read = informer.read;
    isCurrent = informer.isCurrent;
    running = informer.run(stop.signal);
  }

  async function until(done: () => boolean): Promise<void> {
    while (!done()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  }
  const becomes = (state: string): Promise<void> => until(() => show(read()) === state);
  const lists = (): number => server.requests.filter(isList).length;
  const watches = (): number => server.requests.filter(isWatch).length;
  const errors = (): SourceError[] => outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));

  /** Started, listed, and watching. */
  async function settle(more: Partial<InformerNeeds<Thing>> = {}): Promise<void> {
    start(more);
    await server.seen(isWatch);
    await until(() => outcomes.filter(({ kind }) => kind === 'ok').length >= 2);
  }

  describe('in good weather', () => {
    it('is pending, then fresh, then follows what happens', async () => {
      things.put(thing('a'));
      start();
      assert.equal(show(read()), 'pending');
      await becomes('fresh a=red');
      await server.seen(isWatch);
      things.put(thing('b', 'blue'));
      await becomes('fresh a=red b=blue');
      things.put(thing('a', 'green'));
      await becomes('fresh a=green b=blue');
      things.delete('b', 'ns');
      await becomes('fresh a=green');
      assert.equal(lists(), 1);
      assert.equal(watches(), 1);
      assert.deepEqual(errors(), []);
    });

    it('watches from the version of its list, with bookmarks and an end', async () => {
      things.put(thing('a'));
      await settle({ query: { labelSelector: 'x=y', limit: '250' } });
      const { query } = server.requests.find(isWatch)!;
      assert.deepEqual(Object.fromEntries(query), {
        labelSelector: 'x=y',
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: '290',
        resourceVersion: '101',
      });
    });

    it('asks for metadata in list and watch where that is enough', async () => {
      await settle({ metadataOnly: true });
      const accepts = server.requests.map(({ headers }) => headers.accept);
      assert.match(
        accepts[0]!,
        /^application\/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application\/json$/,
      );
      assert.match(accepts[1]!, /^application\/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application\/json$/);
    });

    it('gives a moment that does not change under its reader, and the same one while nothing happens', async () => {
      things.put(thing('a'));
      await settle();
      const before = read();
      assert.equal(read(), before);
      things.bookmark();
      const bookmarks = outcomes.length;
      await until(() => outcomes.length > bookmarks);
      assert.equal(read(), before);
      things.put(thing('b'));
      await becomes('fresh a=red b=red');
      assert.equal(show(before), 'fresh a=red');
    });

    it('says nothing when only what we do not keep has changed', async () => {
      things.put(thing('a'));
      await settle();
      const before = seen.length;
      things.put({ ...thing('a'), status: 'other' } as never);
      things.put(thing('b'));
      await becomes('fresh a=red b=red');
      assert.equal(seen.length, before + 1);
    });

    it('takes an object that is none of ours, or no longer, for none', async () => {
      things.put(thing('a'));
      things.put(thing('b', 'invisible'));
      await settle();
      assert.equal(show(read()), 'fresh a=red');
      things.put(thing('a', 'invisible'));
      await becomes('fresh');
    });

    it('watches on from the last version when the server ends a watch in good order', async () => {
      things.put(thing('a'));
      await settle();
      things.put(thing('b'));
      await becomes('fresh a=red b=red');
      things.endWatches();
      const again = await server.seen(isWatch, 2);
      assert.equal(again.query.get('resourceVersion'), '102');
      things.put(thing('c'));
      await becomes('fresh a=red b=red c=red');
      assert.equal(lists(), 1);
      assert.ok(!seen.some((state) => state.startsWith('stale')), seen.join('; '));
    });

    it('moves on with bookmarks alone', async () => {
      await settle();
      things.send(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '777' } } })}\n`);
      things.endWatches();
      assert.equal((await server.seen(isWatch, 2)).query.get('resourceVersion'), '777');
    });

    it('reads events however they are cut, in characters and in lines', async () => {
      await settle();
      const line = Buffer.from(
        `${JSON.stringify({ type: 'ADDED', object: { ...thing('a', 'grün 漢'), metadata: { name: 'a', resourceVersion: '5' } } })}\n`,
      );
      for (const byte of line) things.send(Uint8Array.of(byte));
      await becomes('fresh a=grün 漢');
    });

    it('reads a list of thousands with pauses for others', async () => {
      for (let at = 0; at < 3000; at += 1) things.put(thing(`t${at}`));
      let turns = 0;
      let listed = false;
      const count = (): void => {
        turns += 1;
        if (!listed) setImmediate(count);
      };
      start({ query: { limit: '3000' } });
      await server.seen(isList);
      setImmediate(count);
      await until(() => read().state === 'fresh');
      listed = true;
      assert.ok(turns >= 3000 / 250, `others had ${turns} turns`);
    });
  });

  describe('when the server has forgotten', () => {
    const expired = `${JSON.stringify({
      type: 'ERROR',
      object: {
        kind: 'Status',
        status: 'Failure',
        message: 'too old resource version: 1 (9)',
        reason: 'Expired',
        code: 410,
      },
    })}\n`;

    it('lists anew after an ERROR event, showing what it had until the new list is whole', async () => {
      things.put(thing('a'));
      things.put(thing('gone'));
      await settle();
      const asked = Promise.withResolvers<() => void>();
      server.next(PATH, (request, response) => {
        const items = [thing('a'), thing('new')];
        asked.resolve(() => json({ metadata: { resourceVersion: '900' }, items })(request, response));
      });
      things.send(expired);
      const answer = await asked.promise;
      assert.equal(show(read()), 'stale (invalid) a=red gone=red');
      answer();
      await becomes('fresh a=red new=red');
      assert.match(errors()[0]!.detail, /410 too old resource version/);
    });

    it('lists anew after HTTP 410, showing what it had until the new list is whole', async () => {
      things.put(thing('a'));
      things.put(thing('gone'));
      await settle();
      server.next(PATH, status(410, 'too old resource version', 'Expired'));
      things.endWatches();
      await becomes('stale (invalid) a=red gone=red');
      things.delete('gone', 'ns');
      things.put(thing('new'));
      await becomes('fresh a=red new=red');
      assert.equal(lists(), 2);
    });

    it('lists anew after any other error event, too', async () => {
      things.put(thing('a'));
      await settle();
      things.send(`${JSON.stringify({ type: 'ERROR', object: { code: 500, message: 'etcd went away' } })}\n`);
      await server.seen(isList, 2);
      await becomes('fresh a=red');
      assert.match(errors()[0]!.detail, /error event: 500 etcd went away/);
    });

    it('does not spin when every watch is refused as too old', async () => {
      server.always(PATH, (request, response) =>
        (isWatch(request)
          ? status(410, 'too old', 'Expired')
          : json({ metadata: { resourceVersion: '1' }, items: [] }))(request, response),
      );
      const startedAt = performance.now();
      start();
      await server.seen(isList, 6);
      // Five pauses that double from 10 ms to the cap of 40 ms, at three quarters: random is one half.
      assert.ok(performance.now() - startedAt > 7 + 15 + 30 * 3, 'it paused between the lists');
    });

    it('forgets the pages of a list that began anew', async () => {
      const page = (items: unknown[], more?: string) =>
        json({ metadata: { resourceVersion: '7', continue: more }, items });
      server.next(PATH, page([thing('a'), thing('gone')], 'more'));
      server.next(PATH, status(410, 'too old', 'Expired'));
      server.next(PATH, page([thing('a')], 'more'));
      server.next(PATH, page([thing('b')]));
      start();
      await becomes('fresh a=red b=red');
    });

    it('does not trust a version that two watches in a row brought nothing from', async () => {
      const quiet = { ...QUICK, shortWatchMs: 0 };
      server.always(PATH, (request, response) => {
        if (isWatch(request)) response.writeHead(200).end();
        else json({ metadata: { resourceVersion: '99999' }, items: [] })(request, response);
      });
      start({ timing: quiet });
      await server.seen(isList, 2);
      assert.equal(watches(), 2);
    });
  });

  describe('in bad weather', () => {
    const failures = [
      { what: 'a reset', code: 'refused', handler: hangUp },
      { what: 'a 500', code: 'invalid', handler: status(500, 'etcd went away') },
      { what: 'a 503', code: 'invalid', handler: plain(503, 'shutting down') },
      { what: 'a 401', code: 'denied', handler: status(401, 'Unauthorized') },
      { what: 'a 403', code: 'denied', handler: status(403, 'things is forbidden') },
      { what: 'a 404', code: 'not_found', handler: plain(404, '404 page not found') },
      { what: 'too many requests', code: 'refused', handler: plain(429, 'later', { 'retry-after': '0.02' }) },
      { what: 'a page of a proxy', code: 'invalid', handler: plain(200, '<html>Please log in</html>') },
    ];
    for (const { what, code, handler } of failures) {
      it(`knows nothing while its first list meets ${what}, and comes back by itself`, async () => {
        things.put(thing('a'));
        server.always(PATH, handler);
        start();
        await server.seen(isList, 3);
        assert.equal(show(read()), `failed (${code})`);
        server.always(PATH, undefined);
        await becomes('fresh a=red');
        things.put(thing('b'));
        await becomes('fresh a=red b=red');
      });
    }

    for (const { what, code, handler } of failures) {
      it(`keeps what it knew, as stale, while watching again meets ${what}`, async () => {
        things.put(thing('a'));
        await settle();
        clock = 2000;
        things.bookmark();
        const heard = outcomes.length;
        await until(() => outcomes.length > heard);
        clock = 3000;
        server.always(PATH, handler);
        things.endWatches('reset');
        await until(() => errors().some((error) => error.code === code));
        await becomes(`stale (${code}) a=red`);
        assert.equal((read() as { at: number }).at, 2000);
        server.always(PATH, undefined);
        things.put(thing('b'));
        await becomes('fresh a=red b=red');
      });
    }

    it('watches on after a reset, without a new list', async () => {
      things.put(thing('a'));
      await settle();
      things.endWatches('reset');
      things.put(thing('b'));
      await becomes('fresh a=red b=red');
      assert.equal(lists(), 1);
      assert.deepEqual(
        errors().map(({ code }) => code),
        ['truncated'],
      );
    });

    it('treats silence as a broken connection, and watches again', async () => {
      things.put(thing('a'));
      await settle({ timing: { ...QUICK, silenceMs: 60 } });
      await server.seen(isWatch, 2);
      await until(() => errors().length > 0 && read().state === 'fresh');
      assert.equal(errors()[0]!.code, 'timeout');
      assert.match(errors()[0]!.detail, /watch of things: not a byte/);
      assert.ok(seen.includes('stale (timeout) a=red'), seen.join('; '));
    });

    it('does not accuse a server that sends no bookmarks, before the watch should have ended', async () => {
      const quiet = server.collection('/api/v1/quiet', { bookmarks: false });
      quiet.put(thing('a'));
      start({ locate: async () => '/api/v1/quiet', timing: { ...QUICK, silenceMs: 1, watchSeconds: 0.5 } });
      await server.seen(({ path, query }) => path === '/api/v1/quiet' && query.get('watch') === 'true');
      const began = performance.now();
      await until(() => errors().length > 0);
      assert.ok(performance.now() - began > 200, 'it waited for the end of the watch');
    });

    it('treats a server that accepts and never answers as timed out', async () => {
      await api.close();
      api = createKubeApi({
        access: {
          server: server.url,
          origin: 'a test',
          credentials: async () => ({ headers: {}, tls: {} }),
          renew: async () => {},
        },
        timeouts: { headersMs: 100 },
      });
      things.put(thing('a'));
      server.always(PATH, silence);
      start();
      await becomes('failed (timeout)');
      server.always(PATH, undefined);
      await becomes('fresh a=red');
    });

    it('waits as long as the server asks', async () => {
      server.next(PATH, plain(429, 'later', { 'retry-after': '0.3' }));
      const startedAt = performance.now();
      start();
      await server.seen(isList, 2);
      assert.ok(performance.now() - startedAt > 290);
    });

    it('asks rarely where it is forbidden to look', async () => {
      server.always(PATH, status(403, 'things is forbidden'));
      start({ timing: { ...QUICK, deniedRetryMs: 60_000 } });
      await becomes('failed (denied)');
      await new Promise((resolve) => setTimeout(resolve, 150));
      assert.equal(lists(), 1);
    });

    it('stops at once while it waits to try again', async () => {
      server.always(PATH, status(403, 'things is forbidden'));
      start({ timing: { ...QUICK, deniedRetryMs: 60_000 } });
      await becomes('failed (denied)');
      const startedAt = performance.now();
      stop.abort();
      await running;
      assert.ok(performance.now() - startedAt < 30_000);
    });

    it('stops at once while it watches, and leaves nothing open', async () => {
      await settle();
      assert.equal(things.watchers(), 1);
      stop.abort();
      await running;
      await server.until(() => things.watchers() === 0);
      await api.close();
      await server.allClosed();
    });

    it('stops within a list', async () => {
      server.always(PATH, silence);
      start();
      await server.seen(isList);
      stop.abort();
      await running;
      assert.equal(show(read()), 'pending');
      assert.deepEqual(outcomes, []);
    });

    it('survives a mistake of our own', async () => {
      let calls = 0;
      things.put(thing('a'));
      start({
        locate: async () => {
          calls += 1;
          if (calls === 1) throw new TypeError('x is not a function');
          return PATH;
        },
      });
      await becomes('fresh a=red');
      assert.match(errors()[0]!.detail, /things: TypeError: x is not a function/);
    });
  });

  describe('garbage', () => {
    const garbage = [
      { what: 'a line that is not JSON', line: 'nonsense\n', detail: /no watch event/ },
      { what: 'a line that is no event', line: '{"kind":"Status"}\n', detail: /no watch event/ },
      { what: 'an event of no known type', line: '{"type":"EXPLODED","object":{}}\n', detail: /no known type/ },
      { what: 'a line of HTML', line: '<html>\n', detail: /no watch event/ },
      { what: 'a huge line', line: `{"type":"ADDED","object":"${'x'.repeat(9 * 1024 * 1024)}"}\n`, detail: /too long/ },
    ];
    for (const { what, line, detail } of garbage) {
      it(`reports ${what}, and lists anew, for an event may be lost`, async () => {
        things.put(thing('a'));
        await settle();
        things.send(line);
        await server.seen(isList, 2);
        await becomes('fresh a=red');
        assert.equal(errors().length, 1);
        assert.match(errors()[0]!.detail, detail);
      });
    }

    it('takes a watch that ends within a line for broken', async () => {
      things.put(thing('a'));
      await settle();
      things.send('{"type":"ADDED","obj');
      things.endWatches();
      await until(() => errors().length > 0);
      assert.equal(errors()[0]!.code, 'truncated');
      await becomes('fresh a=red');
    });

    it('keeps the last readable form of an object that cannot be read any more, and says so', async () => {
      things.put(thing('a'));
      things.put(thing('b'));
      await settle();
      things.put(thing('a', 'broken'));
      things.put(thing('c'));
      await becomes('fresh a=red b=red c=red');
      assert.deepEqual(errors(), [{ code: 'invalid', detail: 'things: ns/a: no such color' }]);
      // The same after a new list.
      things.send('nonsense\n');
      await server.seen(isList, 2);
      await becomes('fresh a=red b=red c=red');
    });

    it('leaves out what it could never read, with one report for a whole list', async () => {
      for (const name of ['x', 'y', 'z']) things.put(thing(name, 'broken'));
      things.put(thing('a'));
      await settle();
      assert.equal(show(read()), 'fresh a=red');
      assert.deepEqual(outcomes[0], {
        kind: 'unreadable',
        error: { code: 'invalid', detail: 'things: 3 objects cannot be read, the first: ns/x: no such color' },
      });
    });

    it('reports objects without a name', async () => {
      server.next(PATH, json({ metadata: { resourceVersion: '1' }, items: [{}, { metadata: null }, thing('a')] }));
      await settle();
      assert.equal(show(read()), 'fresh a=red');
      assert.match(errors()[0]!.detail, /2 objects cannot be read, the first: an object has no name/);
    });
  });

  describe('a kind that the cluster may lack', () => {
    it('is known to have no objects, and is looked for again', async () => {
      let path: string | undefined;
      things.put(thing('a'));
      start({ optional: true, locate: async () => path });
      await becomes('fresh');
      // What is known of the groups may be kept from before: no proof that the server is there now.
      assert.deepEqual([outcomes, isCurrent()], [[{ kind: 'absent' }], false]);
      path = PATH;
      await becomes('fresh a=red');
      assert.equal(isCurrent(), true);
      assert.deepEqual(errors(), []);
    });

    it('may go while we watch', async () => {
      things.put(thing('a'));
      await settle({ optional: true });
      server.always(PATH, plain(404, '404 page not found'));
      things.endWatches();
      await becomes('fresh');
      assert.equal(isCurrent(), false);
      server.always(PATH, undefined);
      await becomes('fresh a=red');
      assert.equal(isCurrent(), true);
    });

    it('may move to another version', async () => {
      server.collection('/v1beta1/things').put(thing('old'));
      server.collection('/v1/things').put(thing('new'));
      let path = '/v1beta1/things';
      start({ optional: true, locate: async () => path });
      await becomes('fresh old=red');
      server.always('/v1beta1/things', plain(404, '404 page not found'));
      path = '/v1/things';
      server.collection('/v1beta1/things').endWatches();
      await becomes('fresh new=red');
    });

    it('is unknown where we may not even ask', async () => {
      server.always(PATH, status(403, 'things is forbidden'));
      start({ optional: true });
      await becomes('failed (denied)');
    });
  });
});
