import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../src/model/brand.ts';
import type { RestoredFact } from '../../src/model/restored-fact.ts';
import { NO_HISTORY, type SyncHistory } from '../../src/model/sync-history.ts';
import { decodeHistory, encodeHistory, historyPieces } from '../../src/state/history-checkpoint.ts';
import { loadHistory, saveHistory } from '../../src/state/history-file.ts';
import { applyRestored } from '../../src/state/restore.ts';
import { answer, connection, type PolledMesh, pod, polledMesh, REFUSED, sync } from '../support/mesh.ts';

const CART = 'Kubernetes/shop/cart-1';
const SYNCED = connection('shop', 'cart-1', { cds: sync('a') });
const STALE = connection('shop', 'cart-1', { cds: sync('a>b', 100) });

function outOfSync(history: SyncHistory): unknown {
  return history.proxies.get(CART)?.outOfSync;
}

/** A process that saw the proxy go STALE at 101, and wrote its checkpoint at 150. */
function checkpoint(): string {
  const mesh = polledMesh();
  for (const [at, proxy] of [
    [90, SYNCED],
    [101, STALE],
    [111, STALE],
  ] as const) {
    mesh.poll(at, [answer([proxy])]);
  }
  return encodeHistory(mesh.snapshot.history, epochSeconds(150));
}

/** A process that saw the proxy go STALE at 101, and in no list since 111; its checkpoint is of 150. */
function checkpointOfMissing(): string {
  const mesh = polledMesh();
  mesh.setPods([pod('shop', 'cart-1')]);
  mesh.poll(90, [answer([SYNCED])]);
  mesh.poll(101, [answer([STALE])]);
  for (const at of [111, 121]) mesh.poll(at, [answer([])]);
  return encodeHistory(mesh.snapshot.history, epochSeconds(150));
}

/** A process that starts with what was restored. */
function restarted(facts: readonly RestoredFact[]): PolledMesh {
  const mesh = polledMesh();
  mesh.setHistory(applyRestored(NO_HISTORY, facts));
  return mesh;
}

test('a checkpoint of many proxies is written piece by piece, and read as one', () => {
  const mesh = polledMesh();
  const many = Array.from({ length: 700 }, (_, nth) => connection('shop', `cart-${nth}`, { cds: sync('a>b', 100) }));
  for (const at of [101, 111]) mesh.poll(at, [answer(many)]);
  const pieces = [...historyPieces(mesh.snapshot.history, epochSeconds(150))];
  assert.equal(pieces.length, 5, 'a head, three pieces of proxies, and the end');
  const facts = decodeHistory(pieces.join(''), epochSeconds(160));
  assert.deepEqual(
    facts.map(({ name }) => name),
    many.map(({ name }) => name),
  );
});

describe('a restart', () => {
  const facts = decodeHistory(checkpoint(), epochSeconds(160));

  test('keeps since when a proxy is out of sync, and since when its push waits', () => {
    const mesh = restarted(facts);
    const later = connection('shop', 'cart-1', { cds: sync('a>c', 155) });
    for (const at of [170, 180]) {
      const history = mesh.poll(at, [answer([later])]);
      assert.deepEqual(outOfSync(history), { since: 101, origin: 'restored' }, `at ${at}`);
      assert.equal(history.proxies.get(CART)?.types.cds?.unackedSince, 100);
    }
  });

  describe('at the first poll after it', () => {
    const missing = decodeHistory(checkpointOfMissing(), epochSeconds(160));
    const since = { since: 101, origin: 'restored' };
    const behind = connection('shop', 'cart-1', { cds: sync('a>c', 155) });
    const half = connection('shop', 'cart-1', { cds: sync('z'), lds: sync('>') });
    const starting = pod('shop', 'cart-1', {
      proxy: { native: false, running: true, startedAt: epochSeconds(165), restarts: 1 },
    });
    const cases: readonly {
      readonly about: string;
      readonly facts: readonly RestoredFact[];
      readonly answers: readonly ReturnType<typeof answer>[];
      readonly pods?: readonly ReturnType<typeof pod>[];
      readonly verdict: string;
      readonly missingSince?: number;
    }[] = [
      { about: 'still behind', facts, answers: [answer([behind])], verdict: 'stale' },
      { about: 'still missing', facts: missing, answers: [answer([])], verdict: 'missing', missingSince: 111 },
      { about: 'was behind, in no list now', facts, answers: [answer([])], verdict: 'stale', missingSince: 170 },
      { about: 'was missing, comes back half', facts: missing, answers: [answer([half])], verdict: 'stale' },
      { about: 'no istiod answers', facts: missing, answers: [answer([], {}, REFUSED)], verdict: 'unknown' },
      { about: 'its proxy restarts', facts: missing, answers: [answer([])], pods: [starting], verdict: 'unknown' },
    ];
    for (const { about, facts: told, answers, pods = [pod('shop', 'cart-1')], verdict, missingSince } of cases) {
      test(`${about}: out of sync as before`, () => {
        const mesh = restarted(told);
        mesh.setPods(pods);
        const cart = mesh.poll(170, answers).proxies.get(CART);
        assert.deepEqual([cart?.verdict, cart?.outOfSync, cart?.absentSince], [verdict, since, missingSince]);
        const [again] = decodeHistory(encodeHistory(mesh.snapshot.history, epochSeconds(171)), epochSeconds(172));
        assert.equal(again?.outOfSyncSince, 101);
      });
    }

    test('pods are not known yet: out of sync as before, and of what is not listed then it is said', () => {
      const mesh = restarted(missing);
      const cart = mesh.poll(170, [answer([])]).proxies.get(CART);
      assert.deepEqual([cart?.verdict, cart?.outOfSync], ['unknown', since]);
      mesh.setPods([pod('shop', 'cart-1')]);
      assert.equal(mesh.poll(180, [answer([])]).proxies.get(CART)?.verdict, 'missing');
    });

    test('its pod is gone: nothing is left to say', () => {
      const mesh = restarted(missing);
      mesh.setPods([pod('shop', 'other-1')]);
      assert.equal(outOfSync(mesh.poll(170, [answer([])])), undefined);
    });
  });

  test('while no istiod answered after it the proxy acknowledged something: another incident', () => {
    const mesh = restarted(facts);
    mesh.setPods([pod('shop', 'cart-1')]);
    mesh.poll(170, [answer([], {}, REFUSED)]);
    const moved = connection('shop', 'cart-1', { cds: sync('b>c', 165) });
    assert.equal(outOfSync(mesh.poll(180, [answer([moved])])), undefined);
    assert.deepEqual(outOfSync(mesh.poll(190, [answer([moved])])), { since: 180, origin: 'first_seen' });
  });

  test('while the exporter was away the proxy went missing: the same incident', () => {
    const mesh = restarted(facts);
    mesh.setPods([pod('shop', 'cart-1')]);
    mesh.poll(170, [answer([])]);
    assert.deepEqual(outOfSync(mesh.poll(180, [answer([])])), { since: 101, origin: 'restored' });
  });

  test('while the exporter was away the proxy acknowledged something: another incident', () => {
    const mesh = restarted(facts);
    const moved = connection('shop', 'cart-1', { cds: sync('b>c', 165) });
    mesh.poll(170, [answer([moved])]);
    assert.deepEqual(outOfSync(mesh.poll(180, [answer([moved])])), { since: 170, origin: 'first_seen' });
  });

  test('a proxy seen SYNCED first has nothing to remember', () => {
    const mesh = restarted(facts);
    mesh.poll(170, [answer([SYNCED])]);
    mesh.poll(180, [answer([STALE])]);
    assert.deepEqual(outOfSync(mesh.poll(190, [answer([STALE])])), { since: 180, origin: 'observed' });
  });

  test('a fact that no poll settled is forgotten after a quarter of an hour', () => {
    const mesh = restarted(facts);
    assert.equal(mesh.poll(170, [answer([])]).restored?.size, 1);
    assert.equal(mesh.poll(1070, [answer([])]).restored?.size, 1);
    assert.equal(mesh.poll(1071, [answer([])]).restored, undefined);
  });

  test('a second restart before the polls agree loses nothing', () => {
    const mesh = restarted(facts);
    mesh.poll(170, [answer([STALE])]);
    const again = restarted(decodeHistory(encodeHistory(mesh.snapshot.history, epochSeconds(171)), epochSeconds(172)));
    again.poll(175, [answer([STALE])]);
    assert.deepEqual(outOfSync(again.poll(185, [answer([STALE])])), { since: 101, origin: 'restored' });
  });
});

describe('facts of Prometheus', () => {
  const fact = { cluster: 'Kubernetes', namespace: 'shop', name: 'cart-1', outOfSyncSince: epochSeconds(50) };

  test('hold for whatever the proxy lacks, since they name no type', () => {
    const mesh = restarted([fact]);
    mesh.poll(170, [answer([STALE])]);
    assert.deepEqual(outOfSync(mesh.poll(180, [answer([STALE])])), { since: 50, origin: 'restored' });
  });

  test('that come late replace what was only first seen', () => {
    const mesh = polledMesh();
    for (const at of [170, 180]) mesh.poll(at, [answer([STALE])]);
    assert.deepEqual(outOfSync(mesh.snapshot.history), { since: 170, origin: 'first_seen' });
    assert.deepEqual(outOfSync(applyRestored(mesh.snapshot.history, [fact])), { since: 50, origin: 'restored' });
  });

  test('that come late do not replace what was observed', () => {
    const mesh = polledMesh();
    mesh.poll(160, [answer([SYNCED])]);
    for (const at of [170, 180]) mesh.poll(at, [answer([STALE])]);
    const history = applyRestored(mesh.snapshot.history, [fact]);
    assert.deepEqual(outOfSync(history), { since: 170, origin: 'observed' });
  });

  test('that come late and begin later do not shorten what was first seen', () => {
    const mesh = polledMesh();
    for (const at of [170, 180]) mesh.poll(at, [answer([STALE])]);
    const history = applyRestored(mesh.snapshot.history, [{ ...fact, outOfSyncSince: epochSeconds(175) }]);
    assert.deepEqual(outOfSync(history), { since: 170, origin: 'first_seen' });
  });

  test("do not replace a checkpoint's", () => {
    const mine = { ...fact, outOfSyncSince: epochSeconds(40) };
    assert.deepEqual(applyRestored(applyRestored(NO_HISTORY, [mine]), [fact]).restored?.get(CART), mine);
  });

  test('are not believed when they begin after what we see', () => {
    const mesh = restarted([{ ...fact, outOfSyncSince: epochSeconds(175) }]);
    mesh.poll(170, [answer([STALE])]);
    assert.deepEqual(outOfSync(mesh.poll(180, [answer([STALE])])), { since: 170, origin: 'first_seen' });
  });
});

describe('reading a checkpoint', () => {
  const good = JSON.parse(checkpoint()) as { proxies: [Record<string, unknown>] };
  const [entry] = good.proxies;
  const cases: readonly [about: string, value: unknown, message: RegExp][] = [
    ['another version', { ...good, version: 2 }, /its format is 2, and this release reads 1/],
    ['a version that is none', { ...good, version: {} }, /its format is not told/],
    ['no object', [], /the checkpoint is no object/],
    ['null', null, /the checkpoint is no object/],
    ['saved in the future', { ...good, savedAt: 1e12 }, /savedAt is no time before now/],
    ['no list', { ...good, proxies: {} }, /proxies is no list/],
    ['no entry', { ...good, proxies: [null] }, /proxies\[0\] is no object/],
    ['since in the future', { ...good, proxies: [{ ...entry, since: 1e12 }] }, /proxies\[0\]\.since is no time/],
    ['since as text', { ...good, proxies: [{ ...entry, since: '1' }] }, /proxies\[0\]\.since is no time/],
    ['no name', { ...good, proxies: [{ ...entry, name: '' }] }, /proxies\[0\]\.name is no name/],
    ['a very long name', { ...good, proxies: [{ ...entry, cluster: 'x'.repeat(999) }] }, /cluster is no name/],
    ['absent since the future', { ...good, proxies: [{ ...entry, absentSince: 1e12 }] }, /absentSince is no time/],
    ['no types', { ...good, proxies: [{ ...entry, types: undefined }] }, /types is no object/],
    ['an unknown type', { ...good, proxies: [{ ...entry, types: { xyz: {} } }] }, /has an unknown type/],
    ['a type that is no object', { ...good, proxies: [{ ...entry, types: { cds: 1 } }] }, /types\.cds is no object/],
    [
      'acked as number',
      { ...good, proxies: [{ ...entry, types: { cds: { acked: 1, unackedSince: 1 } } }] },
      /acked is no/,
    ],
  ];
  for (const [about, value, message] of cases) {
    test(`refuses ${about}`, () => {
      assert.throws(() => decodeHistory(JSON.stringify(value), epochSeconds(160)), message);
    });
  }

  test('whatever the text, it is read or refused with a reason', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((v) => JSON.stringify({ ...good, proxies: [v] })),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          assert.ok(Array.isArray(decodeHistory(text, epochSeconds(160))));
        } catch (error) {
          assert.ok(error instanceof Error && error.message !== '');
        }
      }),
    );
  });
});

describe('the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-history-'));
  after(() => rm(folder, { recursive: true }));
  const mesh = polledMesh();
  mesh.poll(90, [answer([SYNCED])]);
  for (const at of [101, 111]) mesh.poll(at, [answer([STALE])]);

  test('is written whole and read back, and leaves nothing beside it', async () => {
    const file = join(folder, 'history.json');
    for (const at of [150, 160]) await saveHistory(file, mesh.snapshot.history, epochSeconds(at));
    assert.deepEqual(await readdir(folder), ['history.json']);
    assert.equal((JSON.parse(await readFile(file, 'utf8')) as { savedAt: number }).savedAt, 160);
    const [fact] = await loadHistory(file, epochSeconds(170));
    assert.equal(fact?.outOfSyncSince, 101);
  });

  test('that is not there gives nothing', async () => {
    assert.deepEqual(await loadHistory(join(folder, 'none.json'), epochSeconds(1)), []);
  });

  test('that is cut short is refused by name, with the remedy', async () => {
    const file = join(folder, 'cut.json');
    await writeFile(file, checkpoint().slice(0, 40));
    await assert.rejects(
      loadHistory(file, epochSeconds(160)),
      /cut\.json cannot be used: .*; this run goes on without it, and replaces it/,
    );
    await rm(file);
  });

  test('that cannot be replaced leaves the old one and no temporary file', async () => {
    const target = join(folder, 'is-a-folder');
    await mkdir(join(target, 'in-the-way'), { recursive: true });
    await assert.rejects(saveHistory(target, mesh.snapshot.history, epochSeconds(150)), /EISDIR|ENOTEMPTY|EEXIST/);
    assert.deepEqual(await readdir(target), ['in-the-way']);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  test('is written into a folder that is made for it', async () => {
    const file = join(folder, 'made', 'history.json');
    await saveHistory(file, mesh.snapshot.history, epochSeconds(150));
    assert.equal((await loadHistory(file, epochSeconds(160))).length, 1);
  });
});
