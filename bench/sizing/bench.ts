import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { measureAgent, type NodeLoad } from './agent.ts';
import { measureCentral } from './central.ts';
import type { Needs } from './watch.ts';

const NODES: readonly NodeLoad[] = [
  { pods: 0, linesPerSecond: 0 },
  { pods: 30, linesPerSecond: 500 },
  { pods: 100, linesPerSecond: 5_000 },
];
const MESHES = [100, 1_000, 10_000] as const;
const HEADER = ['process', 'resident', 'peak', 'cores', 'series', 'scrape, gzip'] as const;

/** What agents and centrals of several sizes need, as the rows of `docs/sizing.md`. */
export async function benchSizing(minutes: number): Promise<void> {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.ts', import.meta.url))], {
    stdio: 'inherit',
  });
  console.log(
    `\nsizing: ${minutes} min each, ${availableParallelism()} cores, load average ${loadavg()[0]?.toFixed(2)}\n`,
  );
  console.log(markdownRow(HEADER));
  console.log(markdownRow(HEADER.map(() => '---')));
  for (const load of NODES) {
    const name = `agent, ${load.pods} sidecars, ${load.linesPerSecond} lines/s`;
    await inFolder(async (folder) => tell(name, await measureAgent(folder, load, minutes)));
  }
  for (const proxies of MESHES) {
    await inFolder(async (folder) =>
      tell(`central, ${proxies} proxies`, await measureCentral(folder, proxies, minutes)),
    );
  }
}

async function inFolder(measure: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-sizing-'));
  try {
    await measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function tell(name: string, { residentBytes, peakBytes, cores, series, scrapeBytes }: Needs): void {
  const sizes = [megabytes(residentBytes), megabytes(peakBytes), cores.toFixed(3), String(series)];
  console.log(markdownRow([name, ...sizes, `${(scrapeBytes / 1e3).toFixed(0)} kB`]));
}

function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
