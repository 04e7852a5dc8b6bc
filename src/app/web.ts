import type { Config } from '../config/config.ts';
import type { EpochSeconds } from '../model/brand.ts';
import { proxyTable } from '../model/proxy-table.ts';
import type { Shard } from '../model/shard.ts';
import { LADDER } from '../rungs/index.ts';
import type { Log } from '../runtime/log.ts';
import type { Route } from '../sinks/http/answer.ts';
import { createDispatch, type Dispatch } from '../sinks/http/dispatch.ts';
import type { EventFeed } from '../sinks/http/page/event-feed.ts';
import { createRoutes, type RouteOptions } from '../sinks/http/routes.ts';
import { ListenError, startServer } from '../sinks/http/server.ts';
import { statusDocument } from '../sinks/http/status-document.ts';
import { orStandby, type Standby } from '../sinks/http/standby.ts';
import { createExposition } from '../sinks/metrics/exposition.ts';
import type { BuildInfo, SelfMetrics } from '../sinks/metrics/self-metrics.ts';
import type { DiffExcerpt } from '../sinks/report/diff-excerpt.ts';
import { proxiesBody } from '../sinks/report/proxy-status-json.ts';
import type { AskedLooks } from '../sources/inspection/asked-looks.ts';
import type { Clock } from '../sources/source.ts';
import { diffApi, whyNoDiff } from './diff-api.ts';
import { findingsApi } from './findings-api.ts';
import { ladderApi } from './ladder-api.ts';
import type { Mesh } from './mesh.ts';
import { StartError } from './start-error.ts';

export interface WebOptions {
  readonly config: Config;
  readonly build: BuildInfo;
  readonly mesh: Mesh;
  readonly self: SelfMetrics;
  readonly log: Log;
  readonly clock: Clock;
  readonly asked: AskedLooks<DiffExcerpt>;
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
  close(graceMs: number): Promise<void>;
}

/** Serves metrics, health, API and landing page. @throws StartError when the address cannot be had */
export async function startWeb(options: WebOptions): Promise<Web> {
  const { config, mesh, self, log, build, clock } = options;
  const { default: maxDefault, ...maxOf } = config.metrics.maxSeries;
  const scrape = createExposition({
    ladder: LADDER,
    read: mesh.readNow,
    self,
    shard: options.shard,
    maxSeries: (family) => (maxOf as Readonly<Record<string, number>>)[family] ?? maxDefault,
    log,
  });
  const dispatch = createDispatch(log);
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
  const routes = orStandby(paths, { standby: options.standby, telemetryPath, metrics: self.processText });
  const handler = await handlerFor(config, routes, dispatch);
  try {
    const server = await startServer(handler, { ...config.web.listenAddress, onRefused: refusalSayer(log) });
    log.info({ address: server.address }, 'listening');
    return {
      address: server.address,
      close: (graceMs) => {
        dispatch.stop();
        page?.feed.close();
        return server.close(graceMs);
      },
    };
  } catch (cause) {
    if (cause instanceof ListenError) throw new StartError(cause.message, { cause });
    throw cause;
  }
}

/** Once: while there are no descriptors left, every caller brings another. */
function refusalSayer(log: Log): (err: Error) => void {
  let said = false;
  return (err) => {
    if (!said) log.warn({ err }, 'a connection could not be accepted; is the limit of open files too low?');
    said = true;
  };
}

function apiOf({ config, mesh, build, pending, asked }: WebOptions, startedAt: EpochSeconds): RouteOptions['api'] {
  return {
    status: {
      about: 'how the exporter, its sources and every istiod fare, as JSON',
      document: () => statusDocument(mesh.readNow(), { ...build, role: config.role, startedAt, pending: pending() }),
    },
    ...(config.role !== 'agent' && {
      proxies: {
        about: 'every proxy: its state, since when, and why, as JSON',
        document: () => {
          const snapshot = mesh.readNow();
          return proxiesBody(proxyTable(snapshot), snapshot.takenAt);
        },
      },
      ladder: ladderApi(mesh),
      findings: findingsApi(mesh),
      diff: diffApi({ config, mesh, asked }),
    }),
  };
}

interface StatusPage {
  readonly served: Pick<RouteOptions, 'home' | 'pages'>;
  readonly feed: EventFeed;
}

/** The status page with what it listens to, and the runbooks. Agents know too little, and tell nobody what to do. */
async function pageOf({ config, mesh }: WebOptions): Promise<StatusPage | undefined> {
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
  const moment = (): string => new Date(Math.round(mesh.read().takenAt * 1000)).toISOString();
  const feed = createEventFeed({ onChange: mesh.onChange, moment });
  const pages = [
    feed.route,
    ...runbookRoutes(runbookTitles(LADDER)),
    ...routes,
    ...pageDataRoutes({ read: mesh.readNow, noDiff: whyNoDiff(config) }),
  ];
  return { served: { home, pages }, feed };
}

/** An agent runs on every node: it does without express, which would be a third of its memory. */
async function handlerFor({ role }: Config, routes: readonly Route[], dispatch: Dispatch) {
  if (role === 'agent') {
    const { createPlainHandler } = await import('../sinks/http/plain-handler.ts');
    return createPlainHandler(routes, dispatch);
  }
  const { createExpressHandler } = await import('../sinks/http/express-handler.ts');
  return createExpressHandler(routes, dispatch);
}
