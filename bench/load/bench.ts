import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatTable } from '../table.ts';
import { median } from '../timing.ts';
import { untilReady } from '../until-ready.ts';
import { causesOf } from './block-causes.ts';
import { type DemoProcess, startDemo } from './demo-process.ts';
import { type Block, monotonicMs, PROFILE_FILE, type Profile } from './event-loop.ts';
import { type Timed, timedGet } from './request.ts';

export interface LoadBench {
  readonly proxies: number;
  readonly minutes: number;
  /** Tells what ran in the longest blocks; the profiler makes them some percent longer. */
  readonly profile: boolean;
}

const MAX_BLOCK_MS = 50;
const MAX_SCRAPE_MS = 100;
/** Not a multiple of the poll interval: scrapes fall before, into and after polls. */
const SCRAPE_EVERY_MS = 1700;
/** Polls that a run must have seen to say anything. */
const MIN_POLLS = 5;

/** Watches the exporter watch a mesh of many proxies. Returns whether every goal was met. */
export async function benchLoad(bench: LoadBench): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-load-'));
  console.log(`\nload: ${bench.proxies} proxies, proxyDetail all, an incident on the clock, ${bench.minutes} min\n`);
  try {
    const seen = await observeDemo(folder, bench);
    const rows = rowsOf(seen);
    console.log(formatTable(['measure', 'value', 'goal', ''], rows));
    if (bench.profile) console.log(`\n${causesOf(seen.running, profileIn(folder)).join('\n')}`);
    return rows.every((row) => row.at(-1) !== 'MISSED');
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function observeDemo(folder: string, bench: LoadBench): Promise<Seen> {
  const demo = await startDemo(folder, bench);
  try {
    return await observe(demo, bench);
  } finally {
    await demo.stop();
  }
}

/** Written when the exporter ended. */
function profileIn(folder: string): Profile {
  return JSON.parse(readFileSync(join(folder, PROFILE_FILE), 'utf8')) as Profile;
}

interface Seen {
  readonly plain: readonly Timed[];
  readonly packed: readonly Timed[];
  /** Until the exporter was ready: modules, the first list of pods, the first answers of istiod. */
  readonly starting: readonly Block[];
  readonly running: readonly Block[];
  readonly residentBytes: readonly number[];
  readonly peakBytes: number;
  /** How much of one core the exporter took, all its threads together. */
  readonly cores: number;
  readonly polls: number;
}

async function observe(demo: DemoProcess, { minutes }: LoadBench): Promise<Seen> {
  await untilReady(demo.url);
  const readyAtMs = monotonicMs();
  const plain: Timed[] = [];
  const packed: Timed[] = [];
  const residentBytes: number[] = [];
  const { cpuSeconds: spentBefore } = demo.usage();
  for (const untilMs = readyAtMs + minutes * 60_000; monotonicMs() < untilMs; await sleep(SCRAPE_EVERY_MS)) {
    const isPacked = packed.length < plain.length;
    const answer = await timedGet(`${demo.url}/metrics`, isPacked ? { 'Accept-Encoding': 'gzip' } : {});
    if (answer.status !== 200) throw new Error(`/metrics answers ${answer.status}: ${answer.body.toString()}`);
    (isPacked ? packed : plain).push(answer);
    residentBytes.push(demo.usage().residentBytes);
  }
  const blocks = demo.blocks();
  const { peakBytes, cpuSeconds } = demo.usage();
  return {
    plain,
    packed,
    starting: blocks.filter(({ endedAtMs }) => endedAtMs <= readyAtMs),
    running: blocks.filter(({ endedAtMs }) => endedAtMs > readyAtMs),
    residentBytes,
    peakBytes,
    cores: (cpuSeconds - spentBefore) / ((monotonicMs() - readyAtMs) / 1000),
    polls: pollsIn(plain.at(-1)),
  };
}

function pollsIn(scrape: Timed | undefined): number {
  const [, polls = '0'] =
    /^meshladder_source_polls_total\{[^}]*source="istiod"[^}]*\} (\d+)$/m.exec(scrape?.body.toString() ?? '') ?? [];
  return Number(polls);
}

function rowsOf(seen: Seen): readonly (readonly string[])[] {
  const wall = longest(seen.running, ({ wallMs }) => wallMs);
  const cpu = longest(seen.running, ({ cpuMs }) => cpuMs);
  const over = seen.running.filter(({ cpuMs }) => cpuMs >= MAX_BLOCK_MS).length;
  const body = seen.plain.at(-1)?.body;
  const series = body?.toString().match(/^[^#\n]/gm)?.length ?? 0;
  const [busy = 0] = loadavg();
  return [
    [`load average, ${availableParallelism()} cores`, busy.toFixed(2), '', ''],
    ['polls of istiod', String(seen.polls), `≥ ${MIN_POLLS}`, seen.polls < MIN_POLLS ? 'MISSED' : 'met'],
    ['longest block, computing', ms(cpu), `< ${MAX_BLOCK_MS} ms`, cpu < MAX_BLOCK_MS ? 'met' : 'MISSED'],
    [`  blocks of ${MAX_BLOCK_MS} ms and more`, String(over), '', ''],
    ['longest block, by the clock', ms(wall), '', ''],
    ['longest block before it was ready', ms(longest(seen.starting, ({ cpuMs }) => cpuMs)), '', ''],
    ...scrapeRows('/metrics, plain', seen.plain),
    ...scrapeRows('/metrics, gzip', seen.packed),
    ['series', String(series), '', ''],
    ['cores in use', seen.cores.toFixed(2), '', ''],
    ['resident memory, median', megabytes(median(seen.residentBytes)), '', ''],
    ['resident memory, peak', megabytes(seen.peakBytes), '', ''],
  ];
}

function scrapeRows(name: string, answers: readonly Timed[]): readonly (readonly string[])[] {
  const times = answers.map((answer) => answer.ms);
  const middle = median(times);
  return [
    [`${name}, median`, ms(middle), `< ${MAX_SCRAPE_MS} ms`, middle < MAX_SCRAPE_MS ? 'met' : 'MISSED'],
    [`${name}, slowest of ${times.length}`, ms(Math.max(...times)), '', ''],
    [`${name}, size`, megabytes(answers.at(-1)?.body.length ?? 0), '', ''],
  ];
}

function longest(blocks: readonly Block[], of: (block: Block) => number): number {
  return Math.max(0, ...blocks.map(of));
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
