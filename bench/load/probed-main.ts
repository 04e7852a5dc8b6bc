import { renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type Block, MIN_BLOCK_MS, monotonicMs, PROBE_FILE } from './event-loop.ts';

/**
 * The program as it is, with a probe in the event loop where it is the exporter: a timer that should come every few
 * milliseconds notes how late it came, and how much of that time its thread was computing. The demo starts its exporter by
 * the script that it was itself started by: this one.
 */
const TICK_MS = 2;
const WRITE_EVERY_MS = 500;

if (process.argv[2] === 'serve') watchEventLoop(join(tmpdir(), PROBE_FILE));
await import('../../src/main.ts');

function watchEventLoop(file: string): void {
  const blocks: Block[] = [];
  let lastMs = monotonicMs();
  let lastCpu = process.threadCpuUsage();
  setInterval(() => {
    const nowMs = monotonicMs();
    const wallMs = nowMs - lastMs - TICK_MS;
    const { user, system } = process.threadCpuUsage(lastCpu);
    if (wallMs > MIN_BLOCK_MS) blocks.push({ endedAtMs: nowMs, wallMs, cpuMs: (user + system) / 1000 });
    lastMs = nowMs;
    lastCpu = process.threadCpuUsage();
  }, TICK_MS).unref();
  const write = (): void => {
    writeFileSync(`${file}.half`, JSON.stringify({ pid: process.pid, blocks }));
    renameSync(`${file}.half`, file);
  };
  write();
  setInterval(write, WRITE_EVERY_MS).unref();
}
