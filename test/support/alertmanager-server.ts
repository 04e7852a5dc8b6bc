import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { startHttpServer } from './http-server-process.ts';

export interface ManagedAlert {
  /** As `inhibitedBy` names it. */
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly status: { readonly state: 'active' | 'suppressed' | 'unprocessed'; readonly inhibitedBy: readonly string[] };
}

/** Where the receivers of the example are, before somebody puts their own in. */
const NOWHERE = 'http://127.0.0.1:9';
/** Who is paged is told at once, and again soon of what joins the group. */
const HURRIED: readonly (readonly [string, string])[] = [
  ['group_wait: 30s', 'group_wait: 1s'],
  ['group_interval: 5m', 'group_interval: 2s'],
];

/** A real Alertmanager with the example that is shipped. */
export interface AlertmanagerServer {
  readonly url: string;
  /** Alerts that fire, inhibited ones too. @param query as its API takes it */
  alerts(query?: Readonly<Record<string, string>>): Promise<readonly ManagedAlert[]>;
  stop(): Promise<void>;
}

/** @param receivers a URL below which the receivers are, as `/pager`; default: notifications go nowhere */
export async function startAlertmanager(binary: string, receivers?: string): Promise<AlertmanagerServer> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-alertmanager-'));
  const file = join(folder, 'alertmanager.yaml');
  const example = readFileSync('alerts/alertmanager.example.yaml', 'utf8');
  writeFileSync(file, receivers === undefined ? example : hurried(example).replaceAll(NOWHERE, receivers));
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const stop = await startHttpServer({
    name: 'Alertmanager',
    binary,
    args: [
      `--config.file=${file}`,
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

function hurried(example: string): string {
  return HURRIED.reduce((text, [usual, soon]) => {
    if (!text.includes(usual)) throw new Error(`the example does not say ${usual}`);
    return text.replace(usual, soon);
  }, example);
}
