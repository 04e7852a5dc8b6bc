import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createNodeLogWriter, type NodeLogWriter } from '../../support/node-log-writer.ts';
import { nodeLogsOf, settle } from '../../support/node-logs.ts';

const NAMES = ['payment/checkout-v1-5c7d8e9f6b-qw4rt', 'payment/checkout-v1-5c7d8e9f6b-zz2xk', 'shop/cart-0'] as const;

type Act = 'write' | 'rotate' | 'empty in place' | 'restart container' | 'delete pod' | 'look' | 'stop' | 'kill';
const ACTS: readonly Act[] = [
  'write',
  'rotate',
  'empty in place',
  'restart container',
  'delete pod',
  'look',
  'stop',
  'kill',
];

test('pods come and go, logs are rotated, emptied and deleted once read, the exporter stops and is killed: every line counts once', async (context) => {
  const step = fc.record({ pod: fc.nat({ max: NAMES.length - 1 }), act: fc.constantFrom(...ACTS) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const node = nodeLogsOf(context);
      const pods = new Map<number, NodeLogWriter>();
      let pastLines = 0;
      let uids = 0;
      let run = await node.start({ checkpoint: true });
      await run.round();
      const podOf = (nth: number): NodeLogWriter => {
        const pod = pods.get(nth) ?? createNodeLogWriter(node.root, NAMES[nth] ?? '', `uid-${++uids}`);
        pods.set(nth, pod);
        return pod;
      };
      const again = async (): Promise<void> => {
        run = await node.start({ checkpoint: true });
      };
      const acts: Record<Act, (nth: number) => unknown> = {
        write: (nth) => podOf(nth).write(4),
        rotate: (nth) => podOf(nth).rotate(),
        'restart container': (nth) => podOf(nth).restart(),
        'empty in place': async (nth) => {
          await run.round();
          podOf(nth).copyTruncate();
          // A checkpoint from before cannot tell what was read of what is gone.
          await run.round(6);
        },
        'delete pod': async (nth) => {
          await run.round();
          pastLines += pods.get(nth)?.written() ?? 0;
          pods.get(nth)?.remove();
          pods.delete(nth);
          await run.round(6);
        },
        look: () => run.round(3),
        stop: async () => {
          await run.stop();
          await again();
        },
        kill: async () => {
          await run.kill();
          await again();
        },
      };
      for (const { pod, act } of steps) await acts[act](pod);
      await settle(run);
      const written = pods.values().reduce((sum, pod) => sum + pod.written(), pastLines);
      assert.deepEqual([run.lines(), run.lines('dropped'), run.lines('unparsed')], [written, 0, 0]);
      assert.equal(run.caughtUp(), true);
      await run.stop();
    }),
    { numRuns: 80 },
  );
});

const POD = NAMES[0];

test('what was rotated and compressed between two looks counts as skipped, to the byte', async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, POD);
  const run = await node.start();
  log.write(3);
  await run.round();
  const before = run.skippedBytes();
  log.write(5);
  log.rotate();
  log.write(7);
  const missedBytes = statSync(current(node.root)).size;
  log.rotate();
  log.write(2);
  log.rotate();
  log.write(1);
  log.compress();
  await settle(run);
  // The first was open, the last two still have names; the one between is gone.
  assert.deepEqual([run.lines(), run.skippedBytes() - before], [5 + 2 + 1, missedBytes]);
  await run.stop();
});

test('what was written and compressed while the exporter was stopped counts as skipped, to the byte', async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, POD);
  let run = await node.start({ checkpoint: true });
  await run.round();
  log.write(3);
  await run.round();
  await run.stop();
  const readBytes = statSync(current(node.root)).size;
  log.write(5);
  let missedBytes = statSync(current(node.root)).size - readBytes;
  log.rotate();
  // A pod that comes meanwhile, and is as busy.
  const other = createNodeLogWriter(node.root, 'shop/cart-0', 'uid-2');
  other.write(4);
  missedBytes += statSync(current(node.root, 'shop_cart-0_uid-2')).size;
  for (const each of [log, other]) {
    each.rotate();
    each.write(2);
    each.rotate();
    each.compress();
  }
  run = await node.start({ checkpoint: true });
  await settle(run);
  assert.deepEqual([run.lines(), run.skippedBytes(), run.caughtUp()], [3 + 2 + 2, missedBytes, true]);
  await run.stop();
});

test('a new log with the inode of a deleted one is read from its beginning', async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, POD);
  const run = await node.start();
  await run.round();
  log.write(5);
  log.rotate();
  log.write(2);
  // Read, and closed for having been quiet.
  await run.round();
  await run.round(100);
  await run.round(1);
  const folder = join(current(node.root), '..');
  const [old = ''] = readdirSync(folder).filter((name) => /\d{8}-\d{6}$/.test(name));
  const { ino } = statSync(join(folder, old));
  // The file system gives an inode to the next file when it likes to; a link makes it certain.
  renameSync(current(node.root), join(folder, '0.log.20260801-000002'));
  renameSync(join(folder, old), current(node.root));
  closeSync(openSync(current(node.root), 'w'));
  assert.equal(statSync(current(node.root)).ino, ino);
  log.write(9);
  await settle(run);
  assert.deepEqual([run.lines(), run.skippedBytes()], [5 + 2 + 9, 0]);
  // It is the one being written to, and stays open: its last words are read after it is deleted.
  await run.round(100);
  await run.round();
  log.write(1);
  log.remove();
  await settle(run);
  assert.equal(run.lines(), 17);
  await run.stop();
});

test('a log that was emptied and grew past where it was while the exporter was stopped is read from its beginning', async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, POD);
  let run = await node.start({ checkpoint: true });
  await run.round();
  log.write(3);
  await run.round();
  await run.stop();
  log.copyTruncate();
  log.write(8);
  run = await node.start({ checkpoint: true });
  await run.round();
  assert.deepEqual([run.lines(), run.lines('unparsed')], [11, 0]);
  await run.stop();
});

for (const stopped of [false, true]) {
  test(`a log that lost its end, as by a crash of its node, is not counted again${stopped ? ', nor after a stop' : ''}`, async (context) => {
    const node = nodeLogsOf(context);
    const log = createNodeLogWriter(node.root, POD);
    let run = await node.start({ checkpoint: true });
    await run.round();
    log.write(5);
    const keptBytes = statSync(current(node.root)).size;
    log.write(4);
    await run.round();
    if (stopped) await run.stop();
    truncateSync(current(node.root), keptBytes);
    if (stopped) run = await node.start({ checkpoint: true });
    await run.round();
    log.write(2);
    await run.round();
    assert.deepEqual([run.lines(), run.lines('unparsed'), run.skippedBytes()], [11, 0, 0]);
    await run.stop();
  });
}

test('two processes on one folder: the one that started last saves, the other counts on and says so', async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, POD);
  const first = await node.start({ checkpoint: true });
  await first.round();
  log.write(5);
  await first.round(6);
  const second = await node.start({ checkpoint: true });
  await second.round();
  log.write(4);
  await first.round(6);
  await first.round(6);
  assert.equal(first.lines(), 9);
  const said = first.log.lines.filter(({ message }) => message.includes('another process has taken over'));
  assert.deepEqual(
    said.map(({ level }) => level),
    ['warn'],
  );
  await second.round(6);
  assert.equal(second.lines(), 9);
  await first.stop();
  log.write(3);
  await second.stop();
  const third = await node.start({ checkpoint: true });
  await third.round();
  assert.equal(third.lines(), 12);
  await third.stop();
});

test('a disk that is full for a while costs the checkpoint, not the counting, and is said each time it begins', async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, POD);
  const run = await node.start({ checkpoint: true });
  await run.round();
  const failures = (): number =>
    run.log.lines.filter(({ message }) => message.startsWith('counts cannot be saved')).length;
  for (const times of [1, 2]) {
    // Stands for every reason that a rename fails: a folder has the checkpoint's name.
    rmSync(join(node.checkpointDir, 'access-log.json'));
    mkdirSync(join(node.checkpointDir, 'access-log.json', 'in-the-way'), { recursive: true });
    for (let round = 0; round < 3; round += 1) {
      log.write(2);
      await run.round(6);
    }
    assert.equal(failures(), times);
    rmSync(join(node.checkpointDir, 'access-log.json'), { recursive: true });
    log.write(1);
    await run.round(6);
  }
  assert.equal(run.lines(), 14);
  await run.kill();
  const again = await node.start({ checkpoint: true });
  await again.round();
  assert.equal(again.lines(), 14);
  await again.stop();
});

/** The file being written to. */
function current(root: string, pod = 'payment_checkout-v1-5c7d8e9f6b-qw4rt_uid-1'): string {
  return join(root, pod, 'istio-proxy', '0.log');
}
