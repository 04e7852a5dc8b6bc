import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type Checkpoint,
  CheckpointError,
  loadCheckpoint,
  saveCheckpoint,
} from '../../../src/sources/access-log/checkpoint.ts';
import { createCheckpointClaim } from '../../../src/sources/access-log/checkpoint-claim.ts';
import type { SavedTally } from '../../../src/sources/access-log/saved-tally.ts';
import { watchLoop } from '../../support/watch-loop.ts';

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-checkpoint-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** As large as asked for. */
function checkpointOf(shapes: number, files: number): Checkpoint {
  const shape = (nth: number): SavedTally['requests'][number]['shape'] => ({
    proxyNamespace: `team-${nth % 100}`,
    workload: `checkout-${nth}`,
    direction: 'outbound',
    destination: `shop-${nth}.payment.svc.cluster.local`,
    subset: 'v1',
    route: `canary “${nth}”`,
    responseCode: 503,
    flags: ['UF', 'URX'],
    details: 'upstream_reset',
    ...(nth % 3 === 0 && { denial: { policyNamespace: 'a', policy: 'b', rule: '0' } }),
  });
  return {
    positions: Array.from({ length: files }, (_, nth) => ({
      series: `payment_web-${nth}_uid-${nth}/0`,
      path: `/var/log/pods/payment_web-${nth}_uid-${nth}/istio-proxy/0.log`,
      rank: '~',
      dev: '2049',
      ino: `${nth}`,
      head: { bytes: 256, sha256: 'ab'.repeat(32) },
      offset: nth,
      size: nth + 1,
    })),
    streams: [{ series: 'payment_web-0_uid-0/1', stamp: '2026-08-01T09:14:04.000000001Z', seen: 3 }],
    tally: {
      version: 1,
      requests: Array.from({ length: shapes }, (_, nth) => ({ shape: shape(nth), count: nth + 1 })),
      proxyLogs: [{ proxyNamespace: 'a', workload: 'b', word: 'warn', count: 3 }],
      xdsFailures: [],
      intake: [
        { source: 'files', lines: { access: 5, unparsed: 0, proxy_log: 3, other: 0, dropped: 1 }, skippedBytes: 77 },
      ],
    },
  };
}

for (const [shapes, files] of [
  [0, 0],
  [1, 1],
  [4500, 2000],
] as const) {
  test(`a checkpoint of ${shapes} shapes and ${files} files comes back as it was`, async (context) => {
    const folder = folderOf(context);
    const checkpoint = checkpointOf(shapes, files);
    await saveCheckpoint(folder, checkpoint);
    const { version, ...read } = (await loadCheckpoint(folder)) as Checkpoint & { version: number };
    assert.equal(version, 1);
    assert.deepEqual(read, checkpoint);
  });
}

test('there is none before the first', async (context) => {
  assert.equal(await loadCheckpoint(join(folderOf(context), 'new')), undefined);
});

test('the folder is made, and nobody else may read what is in it', async (context) => {
  const folder = join(folderOf(context), 'deep', 'down');
  await saveCheckpoint(folder, checkpointOf(1, 1));
  assert.equal(statSync(join(folder, 'access-log.json')).mode & 0o777, 0o600);
});

test('saving holds the event loop for a short time only, however much there is to save', async (context) => {
  const folder = folderOf(context);
  const checkpoint = checkpointOf(50_000, 10_000);
  const longestMs = watchLoop();
  await saveCheckpoint(folder, checkpoint);
  // In one piece it would be above 100 ms.
  const heldMs = longestMs();
  assert.ok(heldMs < 80, `${heldMs} ms`);
});

const DAMAGED: Readonly<Record<string, (text: string) => string>> = {
  'cut off': (text) => text.slice(0, text.length / 2),
  empty: () => '',
  'of another version': (text) => text.replace('"version":1', '"version":2'),
  'with something nobody knows': (text) => text.replace('"streams"', '"more":1,"streams"'),
  'with a count below zero': (text) => text.replace('"count":1', '"count":-1'),
  'with a count that is no number': (text) => text.replace('"count":1', '"count":"1"'),
  'with an offset behind the end': (text) => text.replace('"offset":0', '"offset":9'),
  'with a time that is none': (text) => text.replace('2026-08-01T', 'yesterday '),
  'that is no object': () => '[1]',
};

for (const [name, damage] of Object.entries(DAMAGED)) {
  test(`one ${name} is refused and kept aside`, async (context) => {
    const folder = folderOf(context);
    await saveCheckpoint(folder, checkpointOf(2, 2));
    const file = join(folder, 'access-log.json');
    const damaged = damage(readFileSync(file, 'utf8'));
    writeFileSync(file, damaged);
    await assert.rejects(loadCheckpoint(folder), (problem) => {
      assert.ok(problem instanceof CheckpointError);
      assert.match(problem.message, /access-log\.json cannot be used: .+; it is kept as .+\.unusable$/);
      return true;
    });
    assert.equal(readFileSync(`${file}.unusable`, 'utf8'), damaged);
    assert.equal(existsSync(file), false);
  });
}

test('one that is far too large is not read', async (context) => {
  const folder = folderOf(context);
  const file = join(folder, 'access-log.json');
  writeFileSync(file, '');
  truncateSync(file, 3 * 1024 ** 3);
  await assert.rejects(loadCheckpoint(folder), /are more than any checkpoint has/);
});

test('what cannot be written leaves the old one as it was, and nothing half', async (context) => {
  const folder = folderOf(context);
  await saveCheckpoint(folder, checkpointOf(1, 1));
  const broken = { ...checkpointOf(1, 1), positions: [{ toJSON: () => assert.fail('in the middle') }] };
  await assert.rejects(saveCheckpoint(folder, broken as unknown as Checkpoint), /in the middle/);
  assert.deepEqual(readdirSync(folder), ['access-log.json']);
  assert.equal((await loadCheckpoint(folder))?.tally.requests.length, 1);
});

test('who started last may save, and who comes back does not take it from them', async (context) => {
  const folder = folderOf(context);
  const first = createCheckpointClaim(folder);
  assert.equal(await first.hold(), true);
  assert.equal(await first.hold(), true);
  const second = createCheckpointClaim(folder);
  assert.equal(await second.hold(), true);
  assert.deepEqual([await first.hold(), await second.hold()], [false, true]);
});

test('a claim that somebody removed is made again; what a killed process left half is cleared away', async (context) => {
  const folder = join(folderOf(context), 'new');
  mkdirSync(folder);
  writeFileSync(join(folder, 'access-log.json.1f0c.tmp'), '{"half');
  writeFileSync(join(folder, 'somebody-elses.tmp'), '');
  const claim = createCheckpointClaim(folder);
  assert.equal(await claim.hold(), true);
  rmSync(join(folder, 'access-log.owner'));
  assert.equal(await claim.hold(), true);
  assert.deepEqual(readdirSync(folder).sort(), ['access-log.owner', 'somebody-elses.tmp']);
});
