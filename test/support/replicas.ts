import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listening } from '../../scripts/listening.ts';
import { ALL, startLab } from '../demo/kube/lab.ts';
import { startIstiodServer } from './istiod-server.ts';
import { startProcess } from './run-process.ts';
import { type StallingProxy, startStallingProxy } from './stalling-proxy.ts';
import { until } from './until.ts';

const SYNCZ = readFileSync(new URL('../fixtures/syncz/stale-2of9-RDS.json', import.meta.url));

/** One scrape. */
export interface Look {
  readonly sentMs: number;
  readonly gotMs: number;
  /** Something of the mesh stood in it. */
  readonly exposes: boolean;
  readonly text: string;
}

/** A replica as a process of its own, scraped all the time. */
export interface ReplicaProcess {
  readonly name: string;
  readonly url: string;
  /** Between it and the API server. */
  readonly api: StallingProxy;
  readonly looks: readonly Look[];
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
}

export interface Rig {
  start(name: string): Promise<ReplicaProcess>;
  /** When istiod was asked, by anybody. */
  readonly polls: readonly number[];
}

/** About as far apart as the defaults are, and twice as fast: what a busy machine adds is small beside them. */
export const POLL_EVERY_MS = 6000;
export const LEASE_MS = 8000;

const CONFIG = `
role: central
istiod: {discovery: static, interval: ${POLL_EVERY_MS}ms, fastInterval: ${POLL_EVERY_MS}ms, urls: [ISTIOD]}
kubernetes: {mode: kubeconfig}
accessLog: {mode: 'off'}
history: {file: FOLDER/history.json}
leaderElection: {enabled: true, leaseNamespace: lab, leaseDuration: ${LEASE_MS}ms, renewDeadline: 6s, retryPeriod: 1s}
web: {listenAddress: '127.0.0.1:0'}
log: {format: json}
`;

/** An API server, an istiod, and replicas that elect a leader. Everything ends with the test. */
export async function startRig(t: TestContext): Promise<Rig> {
  const lab = await startLab(t);
  const polls: number[] = [];
  const istiod = await startIstiodServer({
    '/debug/syncz': (response) => {
      polls.push(performance.now());
      response.writeHead(200, { 'content-type': 'application/json' }).end(SYNCZ);
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-replicas-'));
  t.after(async () => {
    await istiod.stop();
    await rm(folder, { recursive: true });
  });
  const config = join(folder, 'config.yaml');
  await writeFile(config, CONFIG.replace('ISTIOD', istiod.url).replace('FOLDER', folder));
  return {
    polls,
    async start(name) {
      const api = await startStallingProxy(lab.server.url);
      t.after(() => api.stop());
      const kubeconfig = join(folder, name);
      await writeFile(kubeconfig, kubeconfigOf(api.url));
      const child = startProcess(['serve', '--config.file', config, '--kubeconfig', kubeconfig], { POD_NAME: name });
      t.after(() => child.kill('SIGKILL'));
      const url = await listening(child.stderr);
      const looks: Look[] = [];
      const over = new AbortController();
      t.after(() => over.abort());
      void lookOn(url, looks, over.signal);
      return { name, url, api, looks, signal: (signal) => void child.kill(signal) };
    },
  };
}

function kubeconfigOf(server: string): string {
  const named = (kind: string, value: object) => [{ name: 'test', [kind]: value }];
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: named('cluster', { server }),
    users: named('user', { token: ALL }),
    contexts: named('context', { cluster: 'test', user: 'test' }),
  });
}

/** Of the process, not of the mesh. */
const OWN = /^meshladder_(build_info|leader|http_requests_refused_total|web_config_\w+)[{ ]/;

async function lookOn(url: string, looks: Look[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const sentMs = performance.now();
    try {
      const text = await (await fetch(`${url}/metrics`, { signal })).text();
      const told = text.split('\n').filter((line) => line.startsWith('meshladder_') && !OWN.test(line));
      looks.push({ sentMs, gotMs: performance.now(), exposes: told.length > 0, text });
    } catch {
      // Not there any more, or not yet.
    }
    await sleep(100);
  }
}

/** Longer than anything takes here on a machine with much else to do. */
const PATIENCE = { withinMs: 60_000, everyMs: 30 };

/** Waits until the last look at a replica satisfies. @returns that look; @throws AssertionError after a minute */
export async function untilLook(replica: ReplicaProcess, satisfies: (look: Look) => boolean): Promise<Look> {
  const holds = (look: Look | undefined): boolean => look !== undefined && satisfies(look);
  const found = await until(() => replica.looks.at(-1), holds, replica.name, PATIENCE);
  return found ?? assert.fail();
}

/** The longest silence towards istiod, in polls that were left out. */
export function missedPolls(polls: readonly number[]): number {
  const gaps = polls.slice(1).map((at, nth) => at - (polls[nth] ?? at));
  // A poll comes up to a tenth later than its interval says.
  return Math.max(0, ...gaps.map((gap) => Math.floor(gap / (POLL_EVERY_MS * 1.1)) - 1));
}
