import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { hashSync } from 'bcryptjs';
import { createWebProtection } from '../../src/app/web-protection.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { EpochSeconds } from '../../src/model/brand.ts';
import type { Route } from '../../src/sinks/http/answer.ts';
import { createDispatch } from '../../src/sinks/http/dispatch.ts';
import { createPlainHandler } from '../../src/sinks/http/plain-handler.ts';
import { startServer } from '../../src/sinks/http/server.ts';
import { createSelfMetrics } from '../../src/sinks/metrics/self-metrics.ts';
import { createHandScheduler } from './hand-scheduler.ts';
import { recordLog } from './record-log.ts';

export const ALICE: string = `basic_auth_users: {alice: "${hashSync('a', 4)}"}\n`;
export const BOB: string = `basic_auth_users: {bob: "${hashSync('b', 4)}"}\n`;
const text =
  (body: string): Route['answer'] =>
  () => ({ status: 200, type: 'text/plain', body });
export const ROUTES: readonly Route[] = [
  { path: '/', answer: text('page') },
  { path: '/metrics', answer: text('metrics') },
  { path: '/api/v1/status', answer: text('{}') },
  { path: '/-/healthy', answer: text('healthy') },
];

export interface Asked {
  readonly web?: Partial<Config['web']>;
  readonly kubernetes?: Partial<Config['kubernetes']>;
  readonly webConfig?: string;
  readonly routed?: typeof createPlainHandler;
  readonly routes?: readonly Route[];
}

export interface ProtectedServer {
  readonly folder: string;
  readonly log: ReturnType<typeof recordLog>;
  readonly address: string;
  /** When the scheduler has had its next round. */
  later(): Promise<void>;
  /** As editors and kubelets do: another file takes the name. Then the scheduler has its next round. */
  write(words: string, name?: string): Promise<void>;
  /** The samples whose names begin so. */
  metric(name: string): Promise<readonly string[]>;
}

/** A server as `serve` has it, with a clock that stands until it is moved. */
export async function protect(t: TestContext, asked: Asked = {}): Promise<ProtectedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-web-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'web.yml');
  if (asked.webConfig !== undefined) await writeFile(file, asked.webConfig);
  const loaded = await loadConfig({ env: {}, flags: [], families: [] });
  assert.ok(loaded.ok);
  const config: Config = {
    ...loaded.config,
    kubernetes: { ...loaded.config.kubernetes, ...asked.kubernetes },
    web: { ...loaded.config.web, ...asked.web, ...(asked.webConfig !== undefined && { configFile: file }) },
  };
  let nowMs = 1000;
  const clock = { now: () => (nowMs / 1000) as EpochSeconds, monotonicMs: () => nowMs };
  const rounds = createHandScheduler();
  const log = recordLog();
  const self = createSelfMetrics({ version: '1', revision: '', nodeVersion: '24' }, 'Kubernetes', []);
  const protection = await createWebProtection({ config, env: {}, self, log, clock });
  const dispatch = createDispatch(log, { headers: protection.headers });
  const { routes = ROUTES, routed = createPlainHandler } = asked;
  const handler = protection.guard(routed(routes, dispatch), dispatch, routes);
  const { tls } = protection;
  const server = await startServer(handler, { host: '127.0.0.1', port: 0, ...(tls && { tls }) });
  protection.onTls(server.renewTls);
  const stop = new AbortController();
  const tasks = protection.tasks(rounds.scheduler).map(({ run }) => run(stop.signal));
  t.after(async () => {
    stop.abort();
    await Promise.all([...tasks, server.close(0), protection.close()]);
  });
  const later = async (): Promise<void> => {
    nowMs += 1000;
    await rounds.round();
  };
  return {
    folder,
    log,
    address: server.address,
    later,
    write: async (words: string, name = 'web.yml') => {
      await writeFile(join(folder, 'new'), words);
      await rename(join(folder, 'new'), join(folder, name));
      await await later();
    },
    metric: async (name: string) =>
      (await self.text())
        .split('\n')
        .filter((line) => line.startsWith(name))
        .map((line) => line.replace(/mesh_cluster="Kubernetes",?/, '').replace('{}', '')),
  };
}
