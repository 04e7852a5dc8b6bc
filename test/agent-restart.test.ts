import assert from 'node:assert/strict';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listening } from '../scripts/listening.ts';
import { createNodeLogWriter, type NodeLogWriter } from './support/node-log-writer.ts';
import { startProcess } from './support/run-process.ts';
import { until } from './support/until.ts';

interface Agent {
  readonly child: ChildProcessWithoutNullStreams;
  readonly url: string;
}

async function startAgent(configFile: string): Promise<Agent> {
  const child = startProcess(['serve', '--config.file', configFile]);
  return { child, url: await listening(child.stderr) };
}

async function end({ child }: Agent, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  child.kill(signal);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Access lines counted, as a scrape sees them; undefined while the agent withholds them. */
async function counted(url: string): Promise<number | undefined> {
  const response = await fetch(`${url}/metrics`);
  const body = await response.text();
  if (response.status === 503) return undefined;
  assert.equal(response.status, 200);
  const samples = [...body.matchAll(/^meshladder_requests_total\{.*\} (\d+)$/gm)];
  return samples.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Writes now and then, and rotates, as a busy node does, until told to stop. */
async function writeOn(logs: readonly NodeLogWriter[], signal: AbortSignal): Promise<void> {
  for (let turn = 1; !signal.aborted; turn += 1) {
    for (const log of logs) log.write(1 + (turn % 5));
    if (turn % 37 === 0) logs[0]?.rotate();
    await sleep(5);
  }
}

test('killed again and again in the middle of its work, an agent loses no line, doubles none, and never counts backwards', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-agent-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const root = join(folder, 'pods');
  mkdirSync(root);
  const configFile = join(folder, 'meshladder.yaml');
  const accessLog = { root, checkpointDir: join(folder, 'checkpoint') };
  const web = { listenAddress: '127.0.0.1:0' };
  writeFileSync(configFile, JSON.stringify({ role: 'agent', accessLog, web, log: { format: 'json' } }));
  const logs = ['payment/checkout-v1-5c7d8e9f6b-qw4rt', 'shop/cart-0'].map((pod) => createNodeLogWriter(root, pod));
  const written = (): number => logs.reduce((sum, log) => sum + log.written(), 0);
  const stop = new AbortController();
  let agent = await startAgent(configFile);
  context.after(() => end(agent, 'SIGKILL'));
  while ((await counted(agent.url)) === undefined) await sleep(20);
  await listed(agent.url);
  const writing = writeOn(logs, stop.signal);
  let seen = 0;
  for (const ms of [300, 900, 1500, 700]) {
    const killAt = performance.now() + ms;
    while (performance.now() < killAt) {
      const now = await counted(agent.url);
      assert.ok(now === undefined || now >= seen, `${now} after ${seen}`);
      seen = now ?? seen;
      await sleep(30);
    }
    await end(agent, 'SIGKILL');
    agent = await startAgent(configFile);
  }
  stop.abort();
  await writing;
  const patience = { withinMs: 60_000, everyMs: 50 };
  await until(
    () => counted(agent.url),
    (now) => now === written(),
    `${written()} lines are counted`,
    patience,
  );
  assert.ok(written() > 300 && seen > 0);
  await end(agent, 'SIGTERM');
  assert.equal(agent.child.exitCode, 0);
});

/** Waits until the agent has looked at the folders: what is there before its first look is not its to count. */
async function listed(url: string): Promise<void> {
  for (;;) {
    const body = await (await fetch(`${url}/metrics`)).text();
    if (/^meshladder_source_up\{.*source="access_log"\} 1$/m.test(body)) return;
    await sleep(20);
  }
}
