import type { Config } from '../config/config.ts';
import type { TlsSettings, WebConfig } from '../model/web-config.ts';
import type { Log } from '../runtime/log.ts';
import type { Task } from '../runtime/supervise.ts';
import { pathOf, type Route } from '../sinks/http/answer.ts';
import type { Dispatch } from '../sinks/http/dispatch.ts';
import { PROBE_PATHS } from '../sinks/http/routes.ts';
import { createAuthentication } from '../sinks/http/security/authentication.ts';
import { createBasicAuth } from '../sinks/http/security/basic-auth.ts';
import { type GuardOptions, guarded } from '../sinks/http/security/guard.ts';
import { createPasswordComparer } from '../sinks/http/security/password-comparer.ts';
import { clientRateCheck, sharedRateCheck } from '../sinks/http/security/rate-checks.ts';
import { createTokenJudge, type TokenJudge } from '../sinks/http/security/token-judge.ts';
import type { Handler } from '../sinks/http/server.ts';
import type { SelfMetrics } from '../sinks/metrics/self-metrics.ts';
import type { Clock, Scheduler } from '../sources/source.ts';
import { connectKubernetes } from './kubernetes.ts';
import { LOOK_EVERY_MS, openLiveWebConfig } from './live-web-config.ts';
import { StartError } from './start-error.ts';

export interface ProtectionOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly self: SelfMetrics;
  readonly log: Log;
  readonly clock: Clock;
}

/** Who is answered, over what, and how often (docs/security.md). */
export interface WebProtection {
  /** What the server begins with; undefined: plain HTTP. */
  readonly tls: TlsSettings | undefined;
  readonly headers: () => Readonly<Record<string, string>>;
  /** Lets through what may be answered; of what is not served, nothing reaches the handler. */
  guard(handler: Handler, dispatch: Dispatch, routes: readonly Route[]): Handler;
  /** Told of new certificates and new trust. */
  onTls(renew: (settings: TlsSettings) => void): void;
  /** What keeps it current while the server runs; none where there is no file that could change. */
  tasks(scheduler: Scheduler): readonly Task[];
  close(): Promise<void>;
}

const UNPROTECTED: WebConfig = { headers: {}, users: new Map() };

/** @throws StartError when the web configuration cannot be read, or there is no Kubernetes API to ask about tokens */
export async function createWebProtection(options: ProtectionOptions): Promise<WebProtection> {
  const { config, self, log, clock } = options;
  let renewTls = (_settings: TlsSettings): void => {};
  const live = await liveConfig(options, ({ tls }) => tls !== undefined && renewTls(tls));
  const comparer = createPasswordComparer();
  const basic = createBasicAuth({ users: () => live.current().users, comparer });
  const tokens = await tokenJudge(options);
  return {
    tls: live.current().tls,
    headers: () => live.current().headers,
    guard: (handler, dispatch, routes) => {
      const served = new Set(routes.map(({ path }) => path));
      const isServed: GuardOptions['isServed'] = ({ url }) => served.has(pathOf(url));
      const authentication = createAuthentication({
        basic: () => (live.current().users.size === 0 ? undefined : basic),
        tokens: tokens?.judge,
        servedPath: (request) => (isServed(request) ? pathOf(request.url) : undefined),
      });
      return guarded(handler, {
        checks: [
          clientRateCheck(config.web.requestsPerSecond, clock.monotonicMs),
          sharedRateCheck(() => live.current().rateLimit, clock.monotonicMs),
          authentication,
        ],
        isOpen: ({ url }) => config.web.probes === 'open' && PROBE_PATHS.includes(pathOf(url)),
        isServed,
        dispatch,
        onRefused: self.requestRefused,
        log,
      });
    },
    onTls: (renew) => {
      renewTls = renew;
    },
    tasks: (scheduler) => {
      if (config.web.configFile === undefined) return [];
      const name = 'web configuration';
      return [{ name, run: (stop) => scheduler.repeat(name, () => LOOK_EVERY_MS, live.refresh, stop) }];
    },
    close: async () => {
      comparer.close();
      await tokens?.close();
    },
  };
}

async function liveConfig({ config, self, log, clock }: ProtectionOptions, onChange: (config: WebConfig) => void) {
  const { configFile: file } = config.web;
  if (file === undefined) return { current: () => UNPROTECTED, refresh: async () => {} };
  return openLiveWebConfig({ file, clock, log, onRead: self.webConfigRead, onChange });
}

async function tokenJudge(
  options: ProtectionOptions,
): Promise<{ readonly judge: TokenJudge; close(): Promise<void> } | undefined> {
  const { config, log, clock } = options;
  if (config.web.auth === 'none') return undefined;
  const kubernetes = await connectKubernetes(options);
  if (kubernetes === undefined) {
    throw new StartError(
      'web.auth is kubernetes, and there is no Kubernetes API to ask about tokens: this is no pod and there is no kubeconfig; give --kubeconfig, or use web.configFile',
    );
  }
  const { createTokenReviewer } = await import('../sources/kubernetes/token-review.ts');
  const reviewer = createTokenReviewer(kubernetes.api, config.web.authAudiences);
  let said = 0;
  const onFailure = (err: unknown): void => {
    // One line a minute: this happens with each request.
    if (said !== 0 && clock.monotonicMs() - said < 60_000) return;
    said = clock.monotonicMs();
    log.warn({ err }, 'the Kubernetes API could not be asked about a token; the request was refused');
  };
  const judge = createTokenJudge({ reviewer, monotonicMs: clock.monotonicMs, onFailure });
  return { judge, close: () => kubernetes.close() };
}
