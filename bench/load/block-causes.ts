import type { Profiler } from 'node:inspector';
import { constants } from 'node:perf_hooks';
import type { Block, Profile } from './event-loop.ts';

/** What the thread did during some of its blocks: a function, and what it called. */
interface Cause {
  readonly name: string;
  ms: number;
  readonly calls: Map<string, Cause>;
}

const LONGEST = 8;
/** What took less of a block is not told. */
const LEAST_MS = 2.5;

/**
 * What ran in the longest blocks, as lines of an indented tree: time with all it called, function, file. Only functions
 * of the program have lines of their own; what libraries and the engine do is their caller's.
 */
export function causesOf(blocks: readonly Block[], { cpu, collections }: Profile): readonly string[] {
  const samples = samplesOf(cpu);
  const longest = blocks.toSorted((one, other) => other.cpuMs - one.cpuMs).slice(0, LONGEST);
  return longest.flatMap((block) => {
    const root = causeIn(block, samples);
    const head = `${block.cpuMs.toFixed(1)} ms computing, ${block.wallMs.toFixed(1)} ms by the clock${collectionsIn(block, collections)}`;
    return [head, ...linesOf(root, 1)];
  });
}

const KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'young',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'full',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'a step of a full',
};

function collectionsIn({ endedAtMs, wallMs }: Block, collections: Profile['collections']): string {
  return collections
    .filter(({ startedAtMs, ms }) => startedAtMs < endedAtMs && startedAtMs + ms > endedAtMs - wallMs)
    .map(({ ms, kind }) => `; ${KINDS[kind] ?? 'another'} collection, ${ms.toFixed(1)} ms`)
    .join('');
}

interface Taken {
  readonly atMs: number;
  /** Outermost first. */
  readonly stack: readonly string[];
}

function samplesOf({ nodes, samples = [], timeDeltas = [], startTime }: Profiler.Profile): readonly Taken[] {
  const stacks = stacksOf(nodes);
  let atUs = startTime;
  return samples.map((id, index) => {
    atUs += timeDeltas[index] ?? 0;
    return { atMs: atUs / 1000, stack: stacks.get(id) ?? [] };
  });
}

/** By node: the functions it was called by, and itself. A node comes after its parent. */
function stacksOf(nodes: readonly Profiler.ProfileNode[]): ReadonlyMap<number, readonly string[]> {
  const stacks = new Map<number, readonly string[]>();
  for (const node of nodes) {
    const parent = stacks.get(node.id) ?? [];
    const name = nameOf(node.callFrame);
    const stack = name === undefined ? parent : [...parent, name];
    stacks.set(node.id, stack);
    for (const child of node.children ?? []) stacks.set(child, stack);
  }
  return stacks;
}

/** Of the engine's own, only the states that are not a function's doing have a name, as `(garbage collector)`. */
function nameOf({ functionName, url, lineNumber }: Profiler.ProfileNode['callFrame']): string | undefined {
  const [, file] = /\/((?:src|bench)\/[^?]*)$/.exec(url) ?? [];
  if (file !== undefined) return `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
  return /^\((?!root)/.test(functionName) ? functionName : undefined;
}

/** Samples are taken only while the thread has a core: each stands for the same share of what was computed. */
function causeIn({ endedAtMs, wallMs, cpuMs }: Block, samples: readonly Taken[]): Cause {
  const root: Cause = { name: '', ms: 0, calls: new Map() };
  const own = samples.filter(({ atMs }) => atMs >= endedAtMs - wallMs && atMs <= endedAtMs);
  for (const { stack } of own) {
    let cause = root;
    for (const name of stack) cause = callOf(cause, name, cpuMs / own.length);
  }
  return root;
}

function callOf({ calls }: Cause, name: string, ms: number): Cause {
  const known = calls.get(name);
  const cause = known ?? { name, ms: 0, calls: new Map() };
  if (known === undefined) calls.set(name, cause);
  cause.ms += ms;
  return cause;
}

function linesOf({ calls }: Cause, depth: number): readonly string[] {
  return [...calls.values()]
    .filter(({ ms }) => ms >= LEAST_MS)
    .toSorted((one, other) => other.ms - one.ms)
    .flatMap((cause) => [`${'  '.repeat(depth)}${cause.ms.toFixed(1)} ms ${cause.name}`, ...linesOf(cause, depth + 1)]);
}
