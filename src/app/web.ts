import type { Config } from '../config/config.ts';
import type { EpochSeconds } from '../model/brand.ts';
import { proxyTable } from '../model/proxy-table.ts';
import type { Shard } from '../model/shard.ts';
import { LADDER } from '../rungs/index.ts';
import type { Log } from '../runtime/log.ts';
import type { Task } from '../runtime/supervise.ts';
import type { Route } from '../sinks/http/answer.ts';
import type { ApiDocument } from '../sinks/http/api-answer.ts';
import { createDispatch, type Dispatch } from '../sinks/http/dispatch.ts';
import type { EventFeed } from '../sinks/http/page/event-feed.ts';
import { createPlainHandler } from '../sinks/http/plain-handler.ts';
import { createRoutes, PROBE_PATHS, type RouteOptions } from '../sinks/http/routes.ts';
import { ANSWER_LIMITS, limitAnswers } from '../sinks/http/security/answer-limits.ts';
import { orStandby, type Standby } from '../sinks/http/standby.ts';
import { type StatusFacts, statusDocument } from '../sinks/http/status-document.ts';
import { createExposition } from '../sinks/metrics/exposition.ts';
import type { BuildInfo, SelfMetrics } from '../sinks/metrics/self-metrics.ts';
import { proxiesBody } from '../sinks/report/proxy-status-json.ts';
import type { Clock, Scheduler } from '../sources/source.ts';
import { clusterAsked, ofClusterAsked } from './cluster-asked.ts';
import type { Clusters } from './clusters.ts';
import { diffApi, whyNoDiff } from './diff-api.ts';
import { findingsApi } from './findings-api.ts';
import { ladderApi } from './ladder-api.ts';
import { listen } from './listen.ts';
import type { Mesh } from './mesh.ts';
import { createWebProtection, type WebProtection } from './web-protection.ts';

export interface WebOptions {
  readonly config: Config;
  readonly build: BuildInfo;
  readonly clusters: Clusters;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly self: SelfMetrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly pending: () => readonly string[];
  /** Only what is its own is exposed. */
  readonly shard: Shard;
  /** Who leads instead of this one, if it is not this one. */
  readonly standby: () => Standby | undefined;
  /** Why no scrape may be answered yet. */
  readonly withheld: () => string | undefined;
  readonly stopping: () => boolean;
}

export interface Web {
  readonly address: string;
  /** What keeps it current while it serves. */
  tasks(scheduler: Scheduler): readonly Task[];
  close(graceMs: number): Promise<void>;
}

/** Serves metrics, health, API and landing page. @throws StartError when the address cannot be had */
export async function startWeb(options: WebOptions): Promise<Web> {
  const { config, clusters, self, log } = options;
  const { default: maxDefault, ...maxOf } = config.metrics.maxSeries;
  const scrape = createExposition({
    ladder: LADDER,
    read: clusters.snapshots,
    self,
    shard: options.shard,
    maxSeries: (family) => (maxOf as Readonly<Record<string, number>>)[family] ?? maxDefault,
    log,
  });
  const protection = await createWebProtection(options);
  try {
    return await serve({ ...options, scrape, protection });
  } catch (error) {
    await protection.close();
    throw error;
  }
}

interface Serving extends WebOptions {
  readonly scrape: RouteOptions['scrape'];
  readonly protection: WebProtection;
}

async function serve(options: Serving): Promise<Web> {
  const { config, self, log, build, clock, scrape, protection } = options;
  const dispatch = createDispatch(log, { headers: protection.headers });
  const page = await pageOf(options);
  const { telemetryPath } = config.web;
  const paths = createRoutes({
    version: build.version,
    telemetryPath,
    scrape,
    withheld: options.withheld,
    pending: () => (options.stopping() ? ['the end'] : options.pending()),
    api: apiOf(options, clock.now()),
    ...page?.served,
  });
  const told = orStandby(paths, { standby: options.standby, telemetryPath, metrics: self.processText });
  const routes = limitAnswers(told, ANSWER_LIMITS, () => self.requestRefused('overloaded'));
  const handler = protection.guard(await handlerFor(config, routes, dispatch), dispatch, routes);
  const probes = createPlainHandler(
    routes.filter(({ path }) => PROBE_PATHS.includes(path)),
    dispatch,
  );
  const servers = await listen({ handler, probes, protection, config, log });
  return {
    address: servers[0].address,
    tasks: protection.tasks,
    close: async (graceMs) => {
      dispatch.stop();
      page?.feed.close();
      await Promise.all([...servers.map((server) => server.close(graceMs)), protection.close()]);
    },
  };
}

function apiOf(options: WebOptions, startedAt: EpochSeconds): RouteOptions['api'] {
  const { config, clusters } = options;
  return {
    status: {
      about: 'how the exporter, its sources and every istiod fare, as JSON',
      document: () => {
        const [home, ...remote] = clusters.snapshots();
        return statusDocument(home, factsOf(options, startedAt), remote);
      },
    },
    ...(config.role !== 'agent' && {
      proxies: ofClusterAsked(clusters, ({ mesh }) => proxiesApi(mesh)),
      ladder: ofClusterAsked(clusters, ({ mesh }) => ladderApi(mesh)),
      findings: ofClusterAsked(clusters, ({ mesh }) => findingsApi(mesh)),
      diff: ofClusterAsked(clusters, (watched) => diffApi({ config, ...watched })),
    }),
  };
}

function proxiesApi(mesh: Mesh): ApiDocument {
  return {
    about: 'every proxy: its state, since when, and why, as JSON',
    document: () => {
      const snapshot = mesh.readNow();
      return proxiesBody(proxyTable(snapshot), snapshot.takenAt);
    },
  };
}

function factsOf({ config, build, pending, standby, shard }: WebOptions, startedAt: EpochSeconds): StatusFacts {
  const other = standby();
  const election = { leads: other === undefined, leader: other?.leader ?? null };
  const elected = config.leaderElection.enabled && { election };
  return { ...build, role: config.role, startedAt, pending: pending(), shard, ...elected };
}

interface StatusPage {
  readonly served: Pick<RouteOptions, 'home' | 'pages'>;
  readonly feed: EventFeed;
}

/** The status page with what it listens to, and the runbooks. Agents know too little, and tell nobody what to do. */
async function pageOf({ config, clusters }: WebOptions): Promise<StatusPage | undefined> {
  if (config.role === 'agent') return undefined;
  const [{ runbookRoutes }, { runbooksByRung, runbookTitles }, { readPage }, { pageDataRoutes }, { createEventFeed }] =
    await Promise.all([
      import('../sinks/http/runbook-pages.ts'),
      import('../sinks/runbooks/runbooks.ts'),
      import('../sinks/http/page/page-files.ts'),
      import('../sinks/http/page/page-data.ts'),
      import('../sinks/http/page/event-feed.ts'),
    ]);
  const { home, routes } = await readPage(runbooksByRung(LADDER));
  const moment = (): string => new Date(Math.round(clusters.home.mesh.read().takenAt * 1000)).toISOString();
  const feed = createEventFeed({ onChange: clusters.onChange, moment });
  const pages = [
    feed.route,
    ...runbookRoutes(runbookTitles(LADDER)),
    ...routes,
    ...pageDataRoutes({
      read: (query) => clusterAsked(query, clusters).mesh.readNow(),
      noDiff: whyNoDiff(config),
    }),
  ];
  return { served: { home, pages }, feed };
}

/** An agent runs on every node: it does without express, which would be a third of its memory. */
async function handlerFor({ role }: Config, routes: readonly Route[], dispatch: Dispatch) {
  if (role === 'agent') {
    return createPlainHandler(routes, dispatch);
  }
  const { createExpressHandler } = await import('../sinks/http/express-handler.ts');
  return createExpressHandler(routes, dispatch);
}
