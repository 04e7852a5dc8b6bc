import type { Page } from '../metrics/exposition.ts';
import { type Answer, type Asked, bytesOf, type Route, textAnswer } from './answer.ts';
import { type ApiDocument, apiAnswer } from './api-answer.ts';
import { landingAnswer } from './landing-page.ts';

/** What the server tells of; read anew for each request. */
export interface RouteOptions {
  readonly version: string;
  readonly telemetryPath: string;
  scrape(): Promise<Page>;
  /** Why no scrape may be answered yet; undefined: it may. */
  withheld(): string | undefined;
  /** Sources that have neither given a first value nor used up their time for it. Empty: ready. */
  pending(): readonly string[];
  /** JSON documents of the API by the last part of their path. */
  readonly api: Readonly<Record<string, ApiDocument>>;
  /** Pages for people, beside the landing page. */
  readonly pages?: readonly Route[];
  /** What `/` answers; without it, the landing page, which else is `/about`. */
  readonly home?: Answer;
}

/** Exactly what Prometheus 3 insists on. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** Smaller than this is not worth packing. */
const GZIP_FROM_BYTES = 1024;

/** What kubelets and load balancers ask: it costs nothing, and tells no more than which sources have not spoken. */
export const PROBE_PATHS: readonly string[] = ['/-/ready', '/-/healthy', '/readyz', '/livez', '/healthz'];

/** Every path of the server. */
export function createRoutes(options: RouteOptions): readonly Route[] {
  const healthy = (): Answer => textAnswer(200, 'healthy');
  const ready = (): Answer => readyAnswer(options.pending());
  const served: readonly Route[] = [
    { path: options.telemetryPath, about: 'metrics for Prometheus', answer: (asked) => metricsAnswer(options, asked) },
    ...Object.entries(options.api).map(([name, api]) => ({
      path: `/api/v1/${name}`,
      about: api.about,
      answer: ({ query }: Asked) => apiAnswer(api, query),
    })),
    ...(options.pages ?? []),
    { path: '/-/ready', about: 'whether every source has spoken', answer: ready },
    { path: '/-/healthy', about: 'whether the program runs', answer: healthy },
    { path: '/readyz', answer: ready },
    { path: '/livez', answer: healthy },
    { path: '/healthz', answer: healthy },
  ];
  const landing = (): Answer => landingAnswer(options.version, served, options.pending());
  const { home } = options;
  if (home === undefined) return [{ path: '/', answer: landing }, ...served];
  return [{ path: '/', answer: () => home }, { path: '/about', answer: landing }, ...served];
}

function readyAnswer(pending: readonly string[]): Answer {
  return pending.length === 0
    ? textAnswer(200, 'ready')
    : textAnswer(503, `not ready: waiting for ${pending.join(', ')}`);
}

async function metricsAnswer({ scrape, withheld }: RouteOptions, { acceptsGzip }: Asked): Promise<Answer> {
  const reason = withheld();
  if (reason !== undefined) return { ...textAnswer(503, reason), headers: { 'Retry-After': '5' } };
  const page = await scrape();
  const headers = { Vary: 'Accept-Encoding' };
  if (!acceptsGzip || bytesOf(page.parts) < GZIP_FROM_BYTES)
    return { status: 200, type: METRICS_TYPE, body: page.parts, headers };
  return {
    status: 200,
    type: METRICS_TYPE,
    body: await page.gzipped(),
    headers: { ...headers, 'Content-Encoding': 'gzip' },
  };
}
