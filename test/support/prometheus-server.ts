import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { startHttpServer } from './http-server-process.ts';

/** A real Prometheus that scrapes one exporter every second. */
export interface PrometheusServer {
  readonly url: string;
  /** An instant query. @throws where Prometheus calls it wrong */
  query(
    expr: string,
  ): Promise<readonly { readonly metric: Readonly<Record<string, string>>; readonly value: string }[]>;
  /** Alerts that are pending or firing. */
  alerts(): Promise<
    readonly {
      readonly state: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    }[]
  >;
  /** Rule groups with what went wrong in them. */
  ruleErrors(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  /** `127.0.0.1:PORT` of the exporter. */
  readonly target: string;
  /** Absolute paths. */
  readonly ruleFiles?: readonly string[];
  /** `127.0.0.1:PORT` of an Alertmanager. */
  readonly alertmanager?: string;
}

export async function startPrometheus(
  binary: string,
  { target, ruleFiles = [], alertmanager }: PrometheusOptions,
): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-prometheus-'));
  const [port = 0] = await freePorts(1);
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ruleFiles,
    ...(alertmanager !== undefined && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    }),
    scrape_configs: [{ job_name: 'meshladder', static_configs: [{ targets: [target] }] }],
  };
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const url = `http://127.0.0.1:${port}`;
  const ask = async (path: string, body?: URLSearchParams): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, body === undefined ? {} : { method: 'POST', body });
    const document = (await answer.json()) as { status: string; error?: string; data: unknown };
    if (document.status !== 'success') throw new Error(`${document.error}: ${body?.get('query') ?? path}`);
    return document.data;
  };
  const stop = await startHttpServer({
    name: 'Prometheus',
    binary,
    args: [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
      // Texts change while an alert fires, and rules are played faster than the minute that is usual. Four of these without
      // news end an alert at the Alertmanager: a busy machine needs that long.
      '--rules.alert.resend-delay=5s',
    ],
    url,
    folder,
  });
  return {
    url,
    async query(expr) {
      const { result } = (await ask('/api/v1/query', new URLSearchParams({ query: expr }))) as {
        result: readonly { metric: Record<string, string>; value: readonly [number, string] }[];
      };
      return result.map(({ metric, value }) => ({ metric, value: value[1] }));
    },
    async alerts() {
      const { alerts } = (await ask('/api/v1/alerts')) as { alerts: Awaited<ReturnType<PrometheusServer['alerts']>> };
      return alerts;
    },
    async ruleErrors() {
      const { groups } = (await ask('/api/v1/rules')) as {
        groups: readonly { rules: readonly { name: string; lastError?: string }[] }[];
      };
      return groups.flatMap(({ rules }) =>
        rules.flatMap(({ name, lastError = '' }) => (lastError === '' ? [] : [`${name}: ${lastError}`])),
      );
    },
    stop,
  };
}
