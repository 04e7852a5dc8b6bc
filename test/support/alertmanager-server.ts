import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { startHttpServer } from './http-server-process.ts';

export interface ManagedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly status: { readonly state: 'active' | 'suppressed' | 'unprocessed'; readonly inhibitedBy: readonly string[] };
}

/** A real Alertmanager with the example that is shipped. */
export interface AlertmanagerServer {
  readonly url: string;
  /** Alerts that fire, inhibited ones too. @param query as its API takes it */
  alerts(query?: Readonly<Record<string, string>>): Promise<readonly ManagedAlert[]>;
  stop(): Promise<void>;
}

export async function startAlertmanager(binary: string): Promise<AlertmanagerServer> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-alertmanager-'));
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const stop = await startHttpServer({
    name: 'Alertmanager',
    binary,
    args: [
      '--config.file=alerts/alertmanager.example.yaml',
      `--storage.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    url,
    folder,
  });
  return {
    url,
    async alerts(query = {}) {
      const answer = await fetch(`${url}/api/v2/alerts?${new URLSearchParams(query)}`);
      return (await answer.json()) as readonly ManagedAlert[];
    },
    stop,
  };
}
