import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { usageOf } from '../bench/process-usage.ts';
import { median } from '../bench/timing.ts';
import { listening } from './listening.ts';

/**
 * Start-up time and resident memory of builds of the program, side by side:
 * `node scripts/bundle-figures.ts src/main.ts dist/main.js bundle/dist/main.js`. The middle of five starts each.
 */
const RUNS = 5;
const IDLE_MS = 3000;
const folder = mkdtempSync(join(tmpdir(), 'meshladder-figures-'));
const kubeconfig = join(folder, 'kubeconfig');
// Nobody answers there; the client is loaded all the same.
writeFileSync(
  kubeconfig,
  JSON.stringify({
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    clusters: [{ name: 'x', cluster: { server: 'http://127.0.0.1:9' } }],
    users: [{ name: 'x', user: {} }],
  }),
);

const KINDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  agent: { MESHLADDER_ROLE: 'agent', MESHLADDER_ACCESS_LOG_ROOT: folder },
  central: {
    MESHLADDER_ROLE: 'central',
    MESHLADDER_KUBERNETES_MODE: 'kubeconfig',
    MESHLADDER_KUBERNETES_KUBECONFIG: kubeconfig,
  },
};

interface Figures {
  readonly startMs: number;
  readonly startCpuMs: number;
  readonly residentMb: number;
}

for (const entry of process.argv.slice(2)) {
  console.log(`${entry}: --version ${(await middle(() => version(entry))).toFixed(0)} ms`);
  for (const [kind, env] of Object.entries(KINDS)) {
    const runs: Figures[] = [];
    for (let run = 0; run < RUNS; run++) runs.push(await serve(entry, env));
    const of = (key: keyof Figures): string => median(runs.map((figures) => figures[key])).toFixed(0);
    console.log(
      `${entry}: ${kind} answers after ${of('startMs')} ms and ${of('startCpuMs')} ms of computing, resident ${of('residentMb')} MB`,
    );
  }
}
rmSync(folder, { recursive: true });

async function version(entry: string): Promise<number> {
  const startedAt = performance.now();
  await once(spawn(process.execPath, [entry, '--version'], { stdio: 'ignore' }), 'exit');
  return performance.now() - startedAt;
}

async function serve(entry: string, env: Readonly<Record<string, string>>): Promise<Figures> {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [entry, 'serve', '--web.listen-address', '127.0.0.1:0', '--log.format', 'json'],
    {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  try {
    const url = await listening(child.stderr);
    await fetch(`${url}/-/healthy`);
    const startMs = performance.now() - startedAt;
    const pid = child.pid ?? Number.NaN;
    const startCpuMs = usageOf(pid).cpuSeconds * 1000;
    await fetch(`${url}/metrics`);
    await sleep(IDLE_MS);
    return { startMs, startCpuMs, residentMb: usageOf(pid).residentBytes / 2 ** 20 };
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

async function middle(measure: () => Promise<number>): Promise<number> {
  const found: number[] = [];
  for (let run = 0; run < RUNS; run++) found.push(await measure());
  return median(found);
}
