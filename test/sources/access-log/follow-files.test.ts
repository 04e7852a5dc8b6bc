import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createNodeLogWriter, type NodeLogWriter } from '../../support/node-log-writer.ts';
import { nodeLogsOf, settle } from '../../support/node-logs.ts';

const POD = 'payment/checkout-v1-5c7d8e9f6b-qw4rt';

test('what was there before the first start is skipped, and said; what comes after counts', async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, POD);
  log.write(10);
  const run = await node.start();
  await run.round();
  assert.deepEqual([run.lines(), run.skippedBytes() > 1000, run.caughtUp()], [0, true, true]);
  log.write(7);
  await run.round();
  assert.equal(run.lines(), 7);
  const other = createNodeLogWriter(node.root, 'shop/cart-0');
  other.write(5);
  await run.round();
  assert.equal(run.lines(), 12, 'a pod that comes is read from its beginning');
  const [first] = run.traffic()?.requests ?? [];
  assert.deepEqual([first?.shape.proxyNamespace, first?.shape.workload, first?.count], ['payment', 'checkout-v1', 7]);
  await run.stop();
});

/** What a node does to a log between two looks, and that no line is lost or doubled by it. */
const HANDLINGS: Readonly<Record<string, (log: NodeLogWriter, look: () => Promise<void>) => Promise<void>>> = {
  'rotation between two looks': async (log) => {
    log.write(3);
    log.rotate();
    log.write(4);
  },
  'four rotations between two looks': async (log) => {
    for (let times = 0; times < 4; times += 1) {
      log.write(3);
      log.rotate();
    }
    log.write(1);
  },
  'rotation and compression of what was read': async (log, look) => {
    log.write(3);
    log.rotate();
    await look();
    log.write(3);
    log.rotate();
    log.compress();
    log.write(2);
  },
  'a writer that goes on in the renamed file for a moment': async (log, look) => {
    log.writeHalf();
    await look();
    log.finishHalf();
    log.rotate();
    log.write(2);
  },
  'a line in halves': async (log, look) => {
    log.write(1);
    log.writeHalf();
    await look();
    log.finishHalf();
  },
  'a partial line that ends behind a rotation': async (log, look) => {
    log.write(2);
    log.writeParts(3);
    await look();
    log.rotate();
    await look();
    log.finishParts();
    log.write(2);
  },
  'copytruncate after everything was read': async (log, look) => {
    log.write(50);
    await look();
    log.copyTruncate();
    log.write(3);
  },
  'copytruncate and then more than before': async (log, look) => {
    log.write(2);
    await look();
    log.copyTruncate();
    await look();
    log.write(60);
  },
  'a container that starts anew': async (log) => {
    log.write(3);
    log.restart();
    log.write(4);
  },
  'a pod that is deleted after it was read': async (log, look) => {
    log.write(9);
    await look();
    log.remove();
  },
};

for (const [name, handle] of Object.entries(HANDLINGS)) {
  test(`lines written are lines counted: ${name}`, async (context) => {
    const node = nodeLogsOf(context);
    const log = createNodeLogWriter(node.root, POD);
    const run = await node.start();
    await run.round();
    await handle(log, () => run.round());
    await settle(run);
    assert.equal(run.lines(), log.written());
    assert.deepEqual([run.lines('unparsed'), run.lines('dropped')], [0, 0]);
    await run.stop();
  });

  test(`the same over a restart in the middle: ${name}`, async (context) => {
    const node = nodeLogsOf(context);
    const log = createNodeLogWriter(node.root, POD);
    let run = await node.start({ checkpoint: true });
    await run.round();
    await handle(log, async () => {
      await run.round();
      await run.stop();
      run = await node.start({ checkpoint: true });
      await run.round();
    });
    await run.stop();
    run = await node.start({ checkpoint: true });
    await settle(run);
    assert.equal(run.lines(), log.written());
    assert.equal(run.caughtUp(), true);
    await run.stop();
  });
}

test('the last words of a pod that is deleted between two looks are read: its file is still open', async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, POD);
  const run = await node.start();
  log.write(1);
  await run.round();
  log.write(20);
  log.remove();
  await settle(run);
  assert.equal(run.lines(), 20);
  await run.stop();
});

test('a kill loses nothing and doubles nothing, wherever it falls between two checkpoints', async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, POD);
  const first = await node.start({ checkpoint: true });
  await first.round();
  log.write(5);
  // Long enough for a checkpoint.
  await first.round(6);
  log.write(8);
  await first.round();
  assert.equal(first.lines(), 13);
  await first.kill();
  log.write(4);
  const second = await node.start({ checkpoint: true });
  assert.equal(second.caughtUp(), false, 'what the checkpoint gave back is lower than what was served');
  await second.round();
  assert.deepEqual([second.caughtUp(), second.lines()], [true, 17]);
  await second.stop();
});

test('a root that is missing withholds nothing when nothing was given back', async (context) => {
  const node = nodeLogsOf(context);
  rmSync(node.root, { recursive: true });
  const run = await node.start({ checkpoint: true });
  await run.round();
  assert.deepEqual([run.reports.at(-1)?.ok, run.caughtUp()], [false, true]);
  await run.stop();
});

test('a damaged checkpoint is kept aside and said, and counting begins at the end', async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, POD);
  log.write(5);
  mkdirSync(node.checkpointDir);
  for (const text of ['', '{', '[]', '{"version":2}', '{"version":1,"positions":[],"streams":[],"tally":{}}']) {
    writeFileSync(join(node.checkpointDir, 'access-log.json'), text);
    const run = await node.start({ checkpoint: true });
    await run.round();
    assert.deepEqual([run.lines(), run.caughtUp()], [0, true]);
    assert.equal(readFileSync(join(node.checkpointDir, 'access-log.json.unusable'), 'utf8'), text);
    assert.ok(run.log.lines.some(({ level, message }) => level === 'warn' && message.includes('counting begins anew')));
    await run.stop();
  }
});

test('a checkpoint that cannot be written is said once, and costs no counting', async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, POD);
  // A file where the folder should be.
  writeFileSync(node.checkpointDir, '');
  const run = await node.start({ checkpoint: true });
  for (let round = 0; round < 4; round += 1) {
    log.write(1);
    await run.round(6);
  }
  assert.ok(run.lines() >= 3);
  assert.equal(run.log.lines.filter(({ message }) => message.startsWith('counts cannot be saved')).length, 1);
  await run.stop();
});

test('nothing half is ever left in the folder of checkpoints', async (context) => {
  const node = nodeLogsOf(context);
  const run = await node.start({ checkpoint: true });
  await run.round();
  await run.stop();
  assert.deepEqual(readdirSync(node.checkpointDir).sort(), ['access-log.json', 'access-log.owner']);
});

test('a root that is not there is an error with its remedy, and heals', async (context) => {
  const node = nodeLogsOf(context);
  rmSync(node.root, { recursive: true });
  const run = await node.start();
  await run.round();
  const [report] = run.reports;
  assert.equal(report?.ok, false);
  assert.equal(report?.errors[0]?.code, 'not_found');
  assert.match(report?.errors[0]?.detail ?? '', /pods is not there: is accessLog\.root right/);
  mkdirSync(node.root);
  const log = createNodeLogWriter(node.root, POD);
  await run.round();
  log.write(2);
  await run.round();
  assert.deepEqual([run.lines(), run.reports.at(-1)?.ok], [2, true]);
  await run.stop();
});

test('what lies between the logs and is none is left alone, and links are followed', async (context) => {
  const node = nodeLogsOf(context);
  const folder = join(node.root, 'payment_web-0_uid-9', 'istio-proxy');
  const elsewhere = join(node.root, '..', 'docker');
  mkdirSync(folder, { recursive: true });
  mkdirSync(elsewhere);
  writeFileSync(join(node.root, 'not-a-pod'), 'x\n');
  const run = await node.start();
  await run.round();
  writeFileSync(join(folder, '0.log.20260801-000001.gz'), 'x\n');
  writeFileSync(join(folder, '0.log.tmp'), 'x\n');
  writeFileSync(join(folder, 'access.txt'), 'x\n');
  writeFileSync(join(elsewhere, 'json.log'), '2026-08-01T09:14:04.000000001Z stdout F concurrency: 1\n');
  symlinkSync(join(elsewhere, 'json.log'), join(folder, '0.log'));
  await run.round();
  assert.deepEqual([run.lines('other'), run.lines('unparsed'), run.lines()], [1, 0, 0]);
  await run.stop();
});

type Step = 'write' | 'rotate' | 'compress' | 'half' | 'parts' | 'restart container' | 'look' | 'stop' | 'kill';
const STEPS: readonly Step[] = ['write', 'rotate', 'half', 'parts', 'restart container', 'look', 'stop', 'kill'];

test('whatever happens in whatever order, every line counts once', async (context) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...STEPS), { maxLength: 25 }), async (steps) => {
      const node = nodeLogsOf(context);
      const log = createNodeLogWriter(node.root, POD);
      let run = await node.start({ checkpoint: true });
      await run.round();
      let open: (() => void) | undefined;
      const close = (): void => {
        open?.();
        open = undefined;
      };
      const acts: Record<Step, () => unknown> = {
        write: () => (open === undefined ? log.write(3) : close()),
        // A runtime rotates between writes, though perhaps between the parts of a line.
        rotate: () => {
          if (open === undefined) log.rotate();
        },
        compress: () => log.compress(),
        half: () => {
          close();
          log.writeHalf();
          open = log.finishHalf;
        },
        parts: () => {
          close();
          log.writeParts(2);
          open = log.finishParts;
        },
        'restart container': () => {
          close();
          log.restart();
        },
        look: () => run.round(2),
        stop: async () => {
          await run.stop();
          run = await node.start({ checkpoint: true });
        },
        kill: async () => {
          await run.kill();
          run = await node.start({ checkpoint: true });
        },
      };
      for (const step of steps) await acts[step]();
      close();
      await settle(run);
      assert.equal(run.lines(), log.written());
      assert.deepEqual([run.lines('dropped'), run.lines('unparsed'), run.caughtUp()], [0, 0, true]);
      await run.stop();
    }),
    { numRuns: 150 },
  );
});
