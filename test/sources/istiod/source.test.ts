import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { ObjectMap } from '../../../src/model/cluster.ts';
import type { ControlPlane } from '../../../src/model/control-plane.ts';
import { type Observed, PENDING } from '../../../src/model/observed.ts';
import type { Pod } from '../../../src/model/workload.ts';
import { createIstiodSource, type IstiodSourceOptions } from '../../../src/sources/istiod/source.ts';
import type { Scheduler } from '../../../src/sources/source.ts';
import { type IstiodServer, json, startIstiodServer, text } from '../../support/istiod-server.ts';
import { istiodPod, type RunningIstiodSource, startIstiodSource } from '../../support/istiod-source.ts';
import { fixturePath, readRows } from '../../support/syncz.ts';

const HEALTHY = await readFile(fixturePath('istiod/syncz.json'), 'utf8');
const folder = await mkdtemp(join(tmpdir(), 'meshladder-istiod-'));
after(() => rm(folder, { recursive: true }));

function start(options: Partial<IstiodSourceOptions> & Pick<IstiodSourceOptions, 'discovery'>): RunningIstiodSource {
  let now = 1_000;
  return startIstiodSource(options, { now: () => epochSeconds(now++), monotonicMs: () => performance.now() });
}

function pod(name: string, { port }: IstiodServer, more: Partial<Pod> = {}): Pod {
  return istiodPod(name, port, more);
}

function fresh(...pods: readonly Pod[]): Observed<ObjectMap<Pod>> {
  return { state: 'fresh', at: epochSeconds(1), value: new Map(pods.map((each) => [each.name, each])) };
}

function last<T>(list: readonly T[]): T {
  const value = list.at(-1);
  assert.ok(value !== undefined, 'there is a last one');
  return value;
}

test('one istiod failing keeps the answers of the other, and its own last good one', async () => {
  const good = await startIstiodServer({ '/debug/syncz': text(HEALTHY), '/version': text('1.30.3') });
  const bad = await startIstiodServer({ '/debug/syncz': json((await readRows('istiod/syncz.json')).slice(0, 2)) });
  const source = start({ discovery: { kind: 'static', urls: [good.url, bad.url] } });
  await source.poll();
  assert.deepEqual(last(source.reports), { ok: true, errors: [] });
  const [first, second] = last(source.published).istiods;
  assert.equal(last(source.published).poll, 1);
  assert.deepEqual([first?.proxies.length, first?.version, first?.error], [9, '1.30.3', undefined]);
  assert.deepEqual([second?.proxies.length, second?.version, second?.error], [2, undefined, undefined]);

  bad.on('/debug/syncz', text('', 403));
  await source.poll();
  const [, failed] = last(source.published).istiods;
  assert.equal(last(source.published).poll, 2);
  assert.equal(last(source.published).istiods[0]?.proxies.length, 9);
  assert.equal(failed?.error?.code, 'denied');
  assert.equal(failed?.proxies.length, 2);
  assert.equal(failed?.answeredAt, second?.answeredAt);
  assert.ok((failed?.polledAt ?? 0) > (second?.polledAt ?? 0));
  const report = last(source.reports);
  assert.deepEqual([report.ok, report.errors.map(({ code }) => code)], [true, ['denied']]);

  bad.on('/debug/syncz', json([]));
  await source.poll();
  const [, back] = last(source.published).istiods;
  assert.deepEqual([back?.proxies, back?.error], [[], undefined]);
  assert.deepEqual(last(source.reports), { ok: true, errors: [] });
  await source.stop();
  await Promise.all([good.stop(), bad.stop()]);
});

test('an istiod that never answered has no answer and no proxies', async () => {
  const server = await startIstiodServer({ '/debug/syncz': text('', 401) });
  const source = start({ discovery: { kind: 'static', urls: [server.url] } });
  await source.poll();
  const [answer] = last(source.published).istiods;
  assert.deepEqual([answer?.proxies, answer?.answeredAt, answer?.error?.code], [[], undefined, 'denied']);
  assert.equal(last(source.reports).ok, false);
  await source.stop();
  await server.stop();
});

test('what changed is logged once, not at each poll', async () => {
  const server = await startIstiodServer({ '/debug/syncz': text(HEALTHY) });
  const source = start({ discovery: { kind: 'static', urls: [server.url] } });
  const statuses = [200, 200, 403, 403, 401, 500, 500, 200, 200];
  for (const status of statuses) {
    server.on('/debug/syncz', status === 200 ? text(HEALTHY) : text('', status));
    await source.poll();
  }
  assert.deepEqual(
    source.logged.map((line) => line.replace(/ \{.*"reason":"(\w+)".*/, ': $1').replace(/ \{.*/, '')),
    [
      'info istiod found, and it answers',
      'warn istiod cannot be asked: denied',
      'warn istiod cannot be asked: invalid',
      'info istiod answers again',
    ],
  );
  await source.stop();
  await server.stop();
});

test('before the informer has spoken nothing is claimed; none found is told; a denied list is a failed poll', async () => {
  const server = await startIstiodServer({ '/debug/syncz': text(HEALTHY) });
  let pods: Observed<ObjectMap<Pod>> = PENDING;
  const source = start({ discovery: { kind: 'kubernetes', pods: () => pods }, random: () => 0.5 });
  await source.poll();
  assert.deepEqual([source.published.length, source.reports.length], [0, 0]);
  assert.equal(source.intervalMs(), 1_000);

  pods = { state: 'failed', error: { code: 'denied', status: 403, detail: 'pods is forbidden' } };
  await source.poll();
  assert.equal(source.published.length, 0);
  assert.deepEqual(source.reports, [{ ok: false, errors: [pods.error] }]);
  assert.equal(source.intervalMs(), 10_000);

  pods = fresh();
  await source.poll();
  assert.equal(last(source.published).poll, 1);
  assert.equal(last(source.published).istiods.length, 0);
  const { ok, errors } = last(source.reports);
  assert.equal(ok, false);
  assert.deepEqual(
    errors.map(({ code, detail }) => [code, detail.slice(0, 14)]),
    [['not_found', 'no istiod runs']],
  );

  pods = fresh(pod('istiod-1', server));
  await source.poll();
  assert.equal(last(source.published).istiods[0]?.proxies.length, 9);

  const error = { code: 'refused', detail: 'the API server is away' } as const;
  pods = { state: 'stale', at: epochSeconds(1), value: new Map([['istiod-1', pod('istiod-1', server)]]), error };
  await source.poll();
  assert.equal(last(source.published).istiods[0]?.proxies.length, 9, 'what is known of pods is used while it is stale');
  await source.stop();
  await server.stop();
});

test('an istiod whose pod is gone leaves the list; one that fails stays in it', async () => {
  const [one, other] = await Promise.all([startIstiodServer(), startIstiodServer()]);
  for (const server of [one, other]) server.on('/debug/syncz', text(HEALTHY));
  let pods = fresh(pod('istiod-1', one), pod('istiod-2', other));
  const source = start({ discovery: { kind: 'kubernetes', pods: () => pods } });
  await source.poll();
  await other.stop();
  await source.poll();
  const names = () => last(source.published).istiods.map(({ istiod, error }) => `${istiod.name} ${error?.code}`);
  assert.deepEqual(names(), ['istiod-1 undefined', 'istiod-2 refused']);
  assert.equal(last(source.published).istiods[1]?.proxies.length, 9);
  pods = fresh(pod('istiod-1', one));
  await source.poll();
  assert.deepEqual(names(), ['istiod-1 undefined']);
  assert.equal(source.logged.filter((line) => line.includes('istiod is gone')).length, 1);
  pods = fresh(pod('istiod-1', one), pod('istiod-2', one));
  await source.poll();
  assert.deepEqual(names(), ['istiod-1 undefined', 'istiod-2 undefined']);
  await source.stop();
  await one.stop();
});

test('the version is asked of a new process, not at each poll', async () => {
  const server = await startIstiodServer({ '/debug/syncz': text(HEALTHY), '/version': text('1.30.3') });
  let pods = fresh(pod('istiod-1', server));
  const source = start({ discovery: { kind: 'kubernetes', pods: () => pods } });
  const asked = () => server.seen.filter(({ path }) => path === '/version').length;
  for (let n = 0; n < 20; n++) await source.poll();
  assert.equal(asked(), 1);
  assert.equal(last(source.published).istiods[0]?.version, '1.30.3');
  server.on('/version', text('1.31.0'));
  pods = fresh(pod('istiod-1', server, { startedAt: epochSeconds(500) }));
  await source.poll();
  assert.equal(asked(), 2);
  assert.equal(last(source.published).istiods[0]?.version, '1.31.0');
  for (let n = 0; n < 40; n++) await source.poll();
  assert.equal(asked(), 3, 'and now and then, for a fixed URL may lead to another istiod');
  await source.stop();
  await server.stop();
});

test('the token is read anew for each poll, and a renewed one is used at once', async () => {
  const tokenFile = join(folder, 'token');
  const server = await startIstiodServer({ '/debug/syncz': text(HEALTHY) });
  const source = start({ discovery: { kind: 'static', urls: [server.url] }, tokenFile });
  const sent = () =>
    server.seen.filter(({ path }) => path === '/debug/syncz').map(({ authorization }) => authorization);
  await writeFile(tokenFile, 'first.token\n');
  await source.poll();
  await writeFile(tokenFile, 'second.token');
  await source.poll();
  assert.deepEqual(sent(), ['Bearer first.token', 'Bearer second.token']);
  await source.stop();
  await server.stop();
});

const BAD_TOKENS: readonly (readonly [about: string, content: string | undefined, detail: RegExp])[] = [
  ['missing', undefined, /cannot read the token file .*\(ENOENT\): mount a projected token with audience istio-ca/],
  ['empty', ' \n', /the token file .* is empty/],
  ['of two lines', 'aaaa\nbbbb', /the token file .* holds something else than one token/],
];

for (const [about, content, detail] of BAD_TOKENS) {
  test(`a token file that is ${about} fails the poll with a reason, asks nobody, and heals`, async () => {
    const tokenFile = join(folder, `token-${about.replaceAll(' ', '-')}`);
    if (content !== undefined) await writeFile(tokenFile, content);
    const server = await startIstiodServer({ '/debug/syncz': text(HEALTHY) });
    const source = start({ discovery: { kind: 'static', urls: [server.url] }, tokenFile });
    await source.poll();
    const [answer] = last(source.published).istiods;
    assert.equal(answer?.error?.code, 'invalid');
    assert.match(answer?.error?.detail ?? '', detail);
    assert.doesNotMatch(source.logged.join('\n'), /aaaa|bbbb/);
    assert.deepEqual(server.seen, []);
    await writeFile(tokenFile, 'good');
    await source.poll();
    assert.equal(last(source.published).istiods[0]?.error, undefined);
    await source.stop();
    await server.stop();
  });
}

test('rows that cannot be read are told in the report and once in the log', async () => {
  const rows = await readRows('istiod/syncz.json');
  const server = await startIstiodServer({ '/debug/syncz': json([...rows, { proxy: 5 }, null]) });
  const source = start({ discovery: { kind: 'static', urls: [server.url] } });
  await source.poll();
  await source.poll();
  const [answer] = last(source.published).istiods;
  assert.deepEqual([answer?.proxies.length, answer?.skippedRows, answer?.error], [9, 2, undefined]);
  const report = last(source.reports);
  assert.deepEqual([report.ok, report.errors.map(({ code }) => code)], [true, ['invalid']]);
  assert.equal(source.logged.filter((line) => line.includes('could not be read')).length, 1);
  await source.stop();
  await server.stop();
});

test('no more istiods are asked at the same time than allowed, and all are asked', async () => {
  let open = 0;
  let most = 0;
  const server = await startIstiodServer({
    '/debug/syncz': (response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.end(HEALTHY);
      }, 20);
    },
  });
  const pods = fresh(...Array.from({ length: 9 }, (_, n) => pod(`istiod-${n}`, server)));
  const source = start({ discovery: { kind: 'kubernetes', pods: () => pods }, concurrency: 3 });
  await source.poll();
  assert.equal(most, 3);
  assert.equal(last(source.published).istiods.length, 9);
  await source.stop();
  await server.stop();
});

test('the interval follows the pace, and is spread by a tenth either way', async () => {
  let pace: 'normal' | 'fast' = 'normal';
  let random = 0.5;
  const source = start({ discovery: { kind: 'static', urls: [] }, pace: () => pace, random: () => random });
  assert.equal(source.intervalMs(), 10_000);
  random = 0;
  assert.equal(source.intervalMs(), 9_000);
  random = 1;
  assert.equal(source.intervalMs(), 11_000);
  pace = 'fast';
  random = 0.5;
  assert.equal(source.intervalMs(), 3_000);
  await source.stop();
});

test('told to stop in the middle of a poll, it publishes nothing and returns', async () => {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const server = await startIstiodServer({ '/debug/syncz': () => resolve() });
  const source = start({ discovery: { kind: 'static', urls: [server.url] } });
  const rejected = assert.rejects(source.poll(), { name: 'AbortError' });
  await reached;
  await source.stop();
  await rejected;
  assert.deepEqual([source.published, source.reports, source.logged], [[], [], []]);
  await server.stop();
});

test('it asks Kubernetes for pods only where it has to find them', () => {
  const scheduler: Scheduler = { repeat: () => Promise.resolve() };
  const common = { scheduler, pace: () => 'normal' as const, intervalMs: 1, fastIntervalMs: 1, timeoutMs: 1 };
  const found = createIstiodSource({ ...common, discovery: { kind: 'kubernetes', pods: () => PENDING } });
  assert.deepEqual(
    found.rbac.map(({ resource, verbs }) => [resource, verbs]),
    [['pods', ['list', 'watch']]],
  );
  assert.deepEqual(createIstiodSource({ ...common, discovery: { kind: 'static', urls: [] } }).rbac, []);
});

test('a poll is prepared before it is published, and the very same value is published', async () => {
  const istiod = await startIstiodServer({ '/debug/syncz': text(HEALTHY) });
  const prepared: ControlPlane[] = [];
  const publishedBefore: number[] = [];
  const source = start({
    discovery: { kind: 'static', urls: [istiod.url] },
    prepare: async (value) => {
      prepared.push(value);
      await new Promise(setImmediate);
      publishedBefore.push(source.published.length);
    },
  });
  await source.poll();
  await source.poll();
  assert.deepEqual(publishedBefore, [0, 1]);
  assert.ok(prepared.every((value, index) => value === source.published[index]));
  await source.stop();
  await istiod.stop();
});
