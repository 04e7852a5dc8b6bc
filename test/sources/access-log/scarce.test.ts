import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { SourceError } from '../../../src/model/source-error.ts';
import { createNodeLogWriter } from '../../support/node-log-writer.ts';
import { type NodeLogs, nodeLogsOf } from '../../support/node-logs.ts';
import { watchLoop } from '../../support/watch-loop.ts';

const CHILD = fileURLToPath(new URL('../../support/access-log-child.ts', import.meta.url));

interface Told {
  readonly lines: number;
  readonly ok: boolean;
  /** Whether it has said anything of traffic. */
  readonly told: boolean;
  readonly errors: readonly SourceError[];
}

interface Follower {
  /** Resolves with the first round that is so. */
  until(holds: (told: Told) => boolean): Promise<Told>;
}

/** @param limit as a shell's `ulimit` takes it @param uid who it runs as, if it may be chosen */
function follow(context: TestContext, { root }: NodeLogs, limit = '-n 4096', uid?: number): Follower {
  const command = `ulimit ${limit} && exec "$0" "$@"`;
  const child: ChildProcess = spawn('/bin/sh', ['-c', command, process.execPath, CHILD, root], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(uid !== undefined && { uid }),
  });
  context.after(() => child.kill('SIGKILL'));
  const { stdout } = child;
  assert.ok(stdout !== null);
  const rounds = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    async until(holds) {
      for (;;) {
        const { value, done } = await rounds.next();
        assert.equal(done, false, 'the child ended');
        const told = JSON.parse(String(value)) as Told;
        if (holds(told)) return told;
      }
    },
  };
}

test('more logs than descriptors are read all the same: the quietest are closed for others', async (context) => {
  const node = nodeLogsOf(context);
  const logs = Array.from({ length: 200 }, (_, nth) => createNodeLogWriter(node.root, `shop/cart-${nth}`));
  const follower = follow(context, node, '-n 60');
  // What cannot be listed at first counts from the moment it can.
  await follower.until(({ ok, errors }) => ok && errors.length === 0);
  for (let times = 1; times <= 3; times += 1) {
    for (const log of logs) log.write(2);
    const { ok } = await follower.until(({ lines }) => lines === times * 400);
    assert.equal(ok, true);
  }
});

test('a log that may not be read is an error, and costs the others nothing', { skip: notRoot() }, async (context) => {
  const node = nodeLogsOf(context);
  const logs = ['shop/cart-0', 'shop/cart-1'].map((pod) => createNodeLogWriter(node.root, pod));
  allowAll(node.root);
  const follower = follow(context, node, undefined, 65_534);
  await follower.until(({ ok }) => ok);
  chmodSync(fileOf(node, 'shop_cart-1_uid-1'), 0o600);
  const other = createNodeLogWriter(node.root, 'shop/cart-2');
  chmodSync(fileOf(node, 'shop_cart-2_uid-1'), 0o600);
  for (const log of [...logs, other]) log.write(3);
  // The one that was open already is read on.
  const { ok, errors } = await follower.until(({ lines, errors }) => lines === 6 && errors.length > 0);
  assert.deepEqual([ok, errors.map(({ code }) => code)], [true, ['denied']]);
  assert.match(errors[0]?.detail ?? '', /cart-2_uid-1.* may not be read: logs mostly belong to root/);
  chmodSync(fileOf(node, 'shop_cart-2_uid-1'), 0o644);
  await follower.until(({ lines, errors }) => lines === 9 && errors.length === 0);
});

test('where no log at all may be read, nothing is said of traffic', { skip: notRoot() }, async (context) => {
  const node = nodeLogsOf(context);
  createNodeLogWriter(node.root, 'shop/cart-0').write(3);
  allowAll(node.root);
  chmodSync(fileOf(node, 'shop_cart-0_uid-1'), 0o600);
  const follower = follow(context, node, undefined, 65_534);
  const { ok, told, errors } = await follower.until(() => true);
  assert.deepEqual([ok, told, errors[0]?.code], [false, false, 'denied']);
});

test('a pod folder that may not be listed is an error, and its logs are not given up', {
  skip: notRoot(),
}, async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, 'shop/cart-0');
  createNodeLogWriter(node.root, 'shop/cart-1');
  allowAll(node.root);
  const follower = follow(context, node, undefined, 65_534);
  await follower.until(({ ok }) => ok);
  chmodSync(join(node.root, 'shop_cart-0_uid-1', 'istio-proxy'), 0o700);
  await follower.until(({ errors }) => errors[0]?.code === 'denied');
  log.write(5);
  await follower.until(({ lines }) => lines === 5);
});

test('what could not be listed at first was there before all the same', { skip: notRoot() }, async (context) => {
  const node = nodeLogsOf(context);
  const log = createNodeLogWriter(node.root, 'shop/cart-0');
  createNodeLogWriter(node.root, 'shop/cart-1');
  log.write(5);
  allowAll(node.root);
  const folder = join(node.root, 'shop_cart-0_uid-1', 'istio-proxy');
  chmodSync(folder, 0o700);
  const follower = follow(context, node, undefined, 65_534);
  await follower.until(({ errors }) => errors[0]?.code === 'denied');
  chmodSync(folder, 0o755);
  await follower.until(({ errors }) => errors.length === 0);
  log.write(3);
  assert.equal((await follower.until(({ lines }) => lines > 0)).lines, 3);
});

test('ten thousand files are listed and followed at a bounded cost, the event loop never held for long', async (context) => {
  const node = nodeLogsOf(context);
  for (let pod = 0; pod < 2500; pod += 1) {
    const folder = join(node.root, `team-${pod % 50}_web-${pod}_uid-${pod}`, 'istio-proxy');
    mkdirSync(folder, { recursive: true });
    for (const name of ['0.log', '1.log', '1.log.20260801-000001', '1.log.20260801-000000.gz'])
      writeFileSync(join(folder, name), name.endsWith('.gz') ? '' : '2026-08-01T09:14:04.1Z stdout F hello\n');
  }
  const run = await node.start({ checkpoint: true });
  await run.round();
  const busy = createNodeLogWriter(node.root, 'payment/checkout-v1-5c7d8e9f6b-qw4rt', 'uid-busy');
  const watch = watchLoop();
  const cpu = process.cpuUsage();
  for (let round = 0; round < 3; round += 1) {
    busy.write(20);
    await run.round(6);
  }
  const { user, system } = process.cpuUsage(cpu);
  const longestMs = watch();
  assert.equal(run.lines(), 60);
  assert.ok((user + system) / 3 < 1_500_000, `${(user + system) / 3000} ms of CPU for each round`);
  assert.ok(longestMs < 100, `held for ${longestMs} ms`);
  await run.stop();
});

test('a backlog of hundreds of thousands of lines is read piece by piece, and saved on the way', async (context) => {
  const node = nodeLogsOf(context);
  const first = await node.start({ checkpoint: true });
  await first.round();
  await first.stop();
  const logs = Array.from({ length: 4 }, (_, nth) => createNodeLogWriter(node.root, `shop/cart-${nth}`));
  for (const log of logs) log.write(25_000);
  const watch = watchLoop();
  const run = await node.start({ checkpoint: true });
  assert.equal(run.caughtUp(), false);
  await run.round();
  const longestMs = watch();
  assert.deepEqual([run.lines(), run.caughtUp()], [100_000, true]);
  assert.ok(longestMs < 150, `held for ${longestMs} ms`);
  await run.stop();
});

function notRoot(): string | false {
  return process.getuid?.() === 0 ? false : 'needs root, to run the reader as somebody else';
}

/** Lets everybody read: temporary folders begin private. */
function allowAll(root: string): void {
  chmodSync(join(root, '..'), 0o755);
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) chmodSync(join(root, name), 0o755);
}

function fileOf({ root }: NodeLogs, pod: string): string {
  return join(root, pod, 'istio-proxy', '0.log');
}
