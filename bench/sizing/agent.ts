import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { timedGet } from '../load/request.ts';
import { startExporter } from './exporter-process.ts';
import { startNodeTraffic } from './node-traffic.ts';
import { type Needs, watch } from './watch.ts';

export interface NodeLoad {
  readonly pods: number;
  readonly linesPerSecond: number;
}

const CATCH_UP_PATIENCE_MS = 10_000;

/**
 * An agent on a node of so many sidecars.
 * @throws Error when it has not counted all lines at the end: what falls behind has no size
 */
export async function measureAgent(folder: string, load: NodeLoad, minutes: number): Promise<Needs> {
  const root = join(folder, 'pods');
  mkdirSync(root, { recursive: true });
  const configFile = join(folder, 'agent.yaml');
  const accessLog = { root, checkpointDir: join(folder, 'checkpoint') };
  writeFileSync(configFile, JSON.stringify({ role: 'agent', accessLog }));
  const exporter = await startExporter(configFile);
  try {
    // What is there before its first look is not its to count.
    while ((await counted(exporter.url, /^meshladder_source_up\{.*source="access_log"\} (\d+)$/gm)) < 1)
      await sleep(50);
    const traffic = startNodeTraffic(root, load.pods, load.linesPerSecond);
    try {
      const needs = await watch(exporter, minutes);
      traffic.stop();
      await caughtUp(exporter.url, traffic.lines());
      return needs;
    } finally {
      traffic.stop();
    }
  } finally {
    await exporter.stop();
  }
}

async function caughtUp(url: string, lines: number): Promise<void> {
  let seen = 0;
  for (const untilMs = Date.now() + CATCH_UP_PATIENCE_MS; Date.now() < untilMs; await sleep(200)) {
    seen = await counted(url, /^meshladder_access_log_lines_total\{.*result="access".*\} (\d+)$/gm);
    if (seen === lines) return;
  }
  throw new Error(`the agent has counted ${seen} of ${lines} lines`);
}

async function counted(url: string, sample: RegExp): Promise<number> {
  const { body } = await timedGet(`${url}/metrics`);
  return [...body.toString().matchAll(sample)].reduce((sum, [, value]) => sum + Number(value), 0);
}
