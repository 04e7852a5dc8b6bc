import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSharedIstiods } from '../../src/app/shared-istiods.ts';
import type { ControlPlane } from '../../src/model/control-plane.ts';
import type { PollReport, Source, SourceContext } from '../../src/sources/source.ts';
import { answer, connection, sync } from '../support/mesh.ts';

const SYNCED = { cds: sync('SYNCED') };
const POLL: ControlPlane = {
  poll: 1,
  istiods: [
    answer([
      { ...connection('shop', 'here', SYNCED), cluster: 'east' },
      { ...connection('shop', 'there', SYNCED), cluster: 'west' },
      { ...connection('shop', 'elsewhere', SYNCED), cluster: 'moon' },
      { ...connection('shop', 'unsaid', SYNCED) },
    ]),
  ],
};
const GOOD: PollReport = { ok: true, errors: [] };

/** Runs a source, and keeps what it says. */
function listen(source: Source<ControlPlane>) {
  const stop = new AbortController();
  const published: ControlPlane[] = [];
  const reports: PollReport[] = [];
  const context = {
    publish: (value: ControlPlane) => void published.push(value),
    report: (report: PollReport) => void reports.push(report),
  } as SourceContext<ControlPlane>;
  const ended = source.run(context, stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await ended;
  };
  return { published, reports, end };
}

/** A source that polls when it is told to. */
function handPolled() {
  let context: SourceContext<ControlPlane> | undefined;
  const source: Source<ControlPlane> = {
    name: 'istiod',
    rbac: [],
    run: async (given, signal) => {
      context = given;
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
  };
  const poll = (value: ControlPlane): void => {
    context?.publish(value);
    context?.report(GOOD);
  };
  return { source, poll };
}

const names = (value: ControlPlane | undefined): readonly string[] | undefined =>
  value?.istiods.flatMap(({ proxies }) => proxies.map(({ name }) => name));

test('each takes the proxies of its cluster; the rest, and those of no cluster, stay at home', async () => {
  const shared = createSharedIstiods();
  const prepared: ControlPlane[] = [];
  const keep = async (value: ControlPlane): Promise<void> => void prepared.push(value);
  const { source, poll } = handPolled();
  const home = listen(shared.own(source));
  poll(POLL);
  assert.equal(home.published.at(-1), POLL);
  const west = listen(shared.of('west', keep));
  await shared.prepare({ ...POLL, poll: 2 }, keep);
  assert.deepEqual(prepared.map(names), [['here', 'elsewhere', 'unsaid'], ['there']]);
  const next = { ...POLL, poll: 3 };
  poll(next);
  assert.deepEqual(names(home.published.at(-1)), ['here', 'elsewhere', 'unsaid']);
  assert.deepEqual([...(home.published.at(-1)?.elsewhere ?? [])], ['west']);
  assert.deepEqual(names(west.published.at(-1)), ['there']);
  assert.deepEqual(west.reports, [GOOD]);
  await west.end();
  poll({ ...POLL, poll: 4 });
  assert.deepEqual(names(home.published.at(-1)), ['here', 'there', 'elsewhere', 'unsaid']);
  assert.equal(west.published.length, 1);
  await home.end();
});

test('what was prepared is what is published', async () => {
  const shared = createSharedIstiods();
  const prepared: ControlPlane[] = [];
  const { source, poll } = handPolled();
  const home = listen(shared.own(source));
  const west = listen(shared.of('west', async (value) => void prepared.push(value)));
  await shared.prepare(POLL, async (value) => void prepared.push(value));
  poll(POLL);
  assert.deepEqual([home.published.at(-1), west.published.at(-1)], prepared);
  assert.equal(home.published.at(-1), prepared[0]);
  assert.equal(west.published.at(-1), prepared[1]);
  await Promise.all([home.end(), west.end()]);
});
