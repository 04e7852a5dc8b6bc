import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExporterChild, startExporter } from './exporter/child.ts';
import { createObserver } from './exporter/observer.ts';
import type { Scrape } from './exporter/scrape.ts';
import { FAST_INTERVAL_MS, INTERVAL_MS, type Looks, writeSettings } from './exporter/settings.ts';
import { createWatcher, type Watcher } from './exporter/watcher.ts';
import type { IstiodAccess } from './mesh/istiods.ts';
import { type DemoMesh, startMesh } from './mesh/mesh.ts';
import { proxyId, WORKLOADS } from './mesh/workloads.ts';
import { createNarrator, type Narrator, whereToLook } from './narrator.ts';
import { settleAccounts } from './scenario/accounts.ts';
import { startAmbient } from './scenario/ambient.ts';
import { createScenarioClock } from './scenario/clock.ts';
import type { Expectation } from './scenario/expectation.ts';
import { createPerformer, type Performer } from './scenario/perform.ts';
import { playScenario } from './scenario/play.ts';
import { podAsked, type Scenario } from './scenario/scenario.ts';
import { startableTraffic, type Traffic } from './traffic/traffic.ts';

export interface DemoOptions {
  readonly scenario: Scenario;
  readonly speed: number;
  /** Plays once, checks, and ends. */
  readonly once: boolean;
  readonly listen: string;
  /** Proxies beside those of the story. */
  readonly extraProxies: number;
  /** Default `http`. */
  readonly istiodAccess?: IstiodAccess;
  /** Leaves the files of the run behind. */
  readonly keep: boolean;
  readonly debug: boolean;
  /** The exporter's log lines go here as well. */
  readonly echo: (line: string) => void;
  readonly write: (text: string) => unknown;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly self: { readonly execPath: string; readonly script: string };
  /** Calls back when this process ends, whatever ends it; what is called must not wait. */
  readonly onExit: (last: () => void) => void;
}

/** Log files are renamed away at this size, so that it happens in a run that one watches. */
const ROTATE_AT_BYTES = 128 * 1024;
const PAUSE_SECONDS = 30;
/** Two polls, the one before them, and as much again. */
const POLLS_PATIENCE = 6;
/** One of them may wait for an answer as long as this. */
const POLL_TIMEOUT_MS = 10_000;

/** What came of it. */
export interface DemoOutcome {
  /** Told to stop before the end: then nothing is proven. */
  readonly stopped: boolean;
  /** What did not happen; empty when all did. */
  readonly missed: readonly string[];
}

/**
 * Starts the mesh and the exporter, and plays the incident. Leaves nothing behind, whichever way it ends.
 * @throws ExporterLost when the exporter does not start, ends by itself or falls silent
 */
export async function runDemo(options: DemoOptions, signal: AbortSignal): Promise<DemoOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-demo-'));
  let child: ExporterChild | undefined;
  let mesh: DemoMesh | undefined;
  const clear = (): void => {
    if (!options.keep) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  options.onExit(() => {
    child?.kill();
    clear();
  });
  const over = new AbortController();
  try {
    const { extraProxies, istiodAccess } = options;
    mesh = await startMesh({ folder, extraProxies, istiodAccess, rotateAtBytes: ROTATE_AT_BYTES });
    writeHistory(mesh);
    const settings = await writeSettings({ folder, mesh, speed: options.speed, looks: looksFor(options) });
    signal.throwIfAborted();
    child = startExporter({
      ...options.self,
      ...options,
      configFile: settings.configFile,
      logFile: join(folder, 'exporter.log'),
    });
    const either = AbortSignal.any([signal, over.signal]);
    const show = watchExporter({ options, mesh, child, folder, settings, signal: either });
    return { stopped: false, missed: await Promise.race([show, child.lost]) };
  } catch (error) {
    if (signal.aborted) return { stopped: true, missed: [] };
    throw error;
  } finally {
    over.abort();
    await child?.stop();
    await mesh?.close();
    clear();
    if (options.keep) options.write(`The files of this run are in ${folder}\n`);
  }
}

interface Show {
  readonly options: DemoOptions;
  readonly mesh: DemoMesh;
  readonly child: ExporterChild;
  readonly folder: string;
  readonly settings: Awaited<ReturnType<typeof writeSettings>>;
  readonly signal: AbortSignal;
}

async function watchExporter(show: Show): Promise<readonly string[]> {
  const { options, mesh, child, folder, settings, signal } = show;
  const { scenario, speed } = options;
  const narrator = createNarrator(options.write);
  const url = await child.url;
  const observer = createObserver(url, signal, asksLadder(scenario) ? podAsked(scenario) : undefined);
  const proxies = mesh.proxies.size + options.extraProxies;
  const { kubectlConfig, tokenFile } = settings;
  const overXds = mesh.rootCertificate === undefined ? {} : { tokenFile };
  narrator.line(whereToLook({ url, scenario, speed, folder, kubectlConfig, proxies, ...overXds }));
  await observer.ready();
  const everyMs = Math.min(500, Math.max(50, FAST_INTERVAL_MS / speed / 3));
  const watcher = createWatcher(observer, everyMs, signal);
  const before = await watcher.next();
  const linesBefore = mesh.logs.lines();
  const traffic = startableTraffic({
    proxies: mesh.proxies,
    speed,
    faults: scenario.quiet !== true,
    levels: (pod) => mesh.envoys.of(proxyId(WORKLOADS[pod]))?.loggers.levels,
  });
  const ambient = startAmbient(mesh, speed);
  traffic.start();
  const perform = createPerformer({ mesh, traffic });
  const written = (): number => mesh.logs.lines() - linesBefore;
  try {
    const stage: Stage = { show, watcher, narrator, perform, traffic, before, written };
    return options.once ? await playOnce(stage) : await playOn(stage);
  } finally {
    ambient.stop();
    traffic.stop();
  }
}

interface Stage {
  readonly show: Show;
  readonly watcher: Watcher;
  readonly narrator: Narrator;
  readonly perform: Performer;
  readonly traffic: Traffic;
  /** What the exporter said before anything happened. */
  readonly before: Scrape;
  readonly written: () => number;
}

async function play({ show, watcher, narrator, perform }: Stage): Promise<string[]> {
  const { options, mesh, settings, signal } = show;
  // The projected token is another one from now on; the exporter reads it again at each poll.
  await settings.writeToken(mesh.tokens.rotate());
  const unseen = await playScenario({
    scenario: options.scenario,
    clock: createScenarioClock(options.speed),
    perform,
    watcher,
    tell: narrator.beat,
    patienceMs: (POLLS_PATIENCE * INTERVAL_MS) / options.speed + POLL_TIMEOUT_MS,
    signal,
  });
  return unseen.map(
    ({ beat, missed }) =>
      `+${beat.at.toFixed(1)}s ${beat.says}: /metrics did not show "${beat.seen}"${missed.map((one) => `\n    ${one}`).join('')}`,
  );
}

async function playOnce(stage: Stage): Promise<readonly string[]> {
  const { show, watcher, narrator, traffic, before, written } = stage;
  const unseen = await play(stage);
  const accounts = await settleAccounts({
    traffic,
    watcher,
    before,
    written,
    faults: show.options.scenario.quiet !== true,
    signal: show.signal,
  });
  narrator.line('');
  narrator.line(`${accounts.linesWritten} log lines were written, ${accounts.linesCounted} counted.`);
  return [...unseen, ...accounts.missed];
}

/** The ladder takes longer than a scrape: it is asked only where the story is about what it says. */
function asksLadder(scenario: Scenario): boolean {
  return isToldBy('ladder', scenario);
}

function looksFor({ extraProxies, scenario }: Pick<DemoOptions, 'extraProxies' | 'scenario'>): Looks {
  if (extraProxies > 0) return 'never';
  return isToldBy('envoy', scenario) ? 'often' : 'seldom';
}

function isToldBy(source: Expectation['by'], { acts }: Scenario): boolean {
  return acts.some(({ beats }) => beats.some(({ expects }) => expects.some(({ by }) => by === source)));
}

/** Plays the incident again and again, until it is told to stop. */
async function playOn(stage: Stage): Promise<never> {
  const { show, narrator, perform } = stage;
  const { speed } = show.options;
  for (;;) {
    await play(stage);
    narrator.line(`It begins again in ${Math.max(1, Math.round(PAUSE_SECONDS / speed))} s. Ctrl-C ends it.`);
    perform({ do: 'declare_weights', weights: { v1: 100, v2: 0 } });
    perform({ do: 'push', types: ['cds', 'lds', 'rds'] });
    perform({ do: 'route', weights: { v1: 100, v2: 0 } });
    await sleep((PAUSE_SECONDS * 1000) / speed + 1000, undefined, { signal: show.signal });
  }
}

/** Every log begins with what the proxy said when it started, long ago. */
function writeHistory(mesh: DemoMesh): void {
  const longAgoMs = Date.now() - 7 * 3_600_000;
  for (const { lines, log } of mesh.proxies.values()) log.write(lines.startup(longAgoMs));
}
