import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { LADDER } from '../rungs/index.ts';
import { ruleFiles } from '../sinks/alerts/rule-files.ts';
import { ruleGroups } from '../sinks/alerts/rule-groups.ts';
import { dashboardFile } from '../sinks/dashboards/dashboard.ts';
import { DASHBOARDS } from '../sinks/dashboards/dashboards.ts';
import { alertsPage } from '../sinks/docs/alerts-page.ts';
import { analysisCodesPage } from '../sinks/docs/analysis-codes-page.ts';
import { commandsPage } from '../sinks/docs/commands-page.ts';
import { configurationPage } from '../sinks/docs/configuration-page.ts';
import { type GeneratedPage, MARK } from '../sinks/docs/document.ts';
import { metricsPage } from '../sinks/docs/metrics-page.ts';
import { permissionsPage, type SourceNeeds } from '../sinks/docs/permissions-page.ts';
import { responseFlagStandardPage } from '../sinks/docs/response-flag-standard-page.ts';
import { responseFlagsPage } from '../sinks/docs/response-flags-page.ts';
import { SCHEMA_FOLDER, schemaPages } from '../sinks/docs/schema-pages.ts';
import type { Io } from './io.ts';

/** `meshladder generate`: the pages that say what the program says of itself. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .option('--check', 'change nothing; exit 1 and name every page that is missing, differs or is left over')
    .option('--dir <folder>', 'the root of the repository', '.')
    .action(async ({ check = false, dir }: { check?: boolean; dir: string }) => {
      const pages = await allPages(io);
      const drift = [...(await different(dir, pages)), ...(await leftOver(dir, pages))];
      if (!check) await write(dir, pages);
      for (const { path, how } of drift) io.stdout.write(`${path}: ${check ? how : 'written'}\n`);
      if (check && drift.length > 0) exit(1);
    });
}

async function allPages(io: Io): Promise<readonly GeneratedPage[]> {
  return [
    metricsPage(LADDER),
    alertsPage(ruleGroups(LADDER)),
    ...ruleFiles(ruleGroups(LADDER)),
    ...DASHBOARDS.map(dashboardFile),
    configurationPage(),
    permissionsPage(await needs()),
    responseFlagsPage(),
    responseFlagStandardPage(),
    analysisCodesPage(),
    commandsPage(await helps(io)),
    ...schemaPages(),
  ];
}

/** Asks the sources themselves. */
async function needs(): Promise<readonly SourceNeeds[]> {
  const { KUBERNETES_RBAC } = await import('../sources/kubernetes/kinds.ts');
  const { PORT_FORWARD_NEED } = await import('../sources/kubernetes/port-forward.ts');
  const { ISTIOD_LOOK_RBAC, LIVE_LOOK_RBAC } = await import('./config-permissions.ts');
  const { LOG_API_RBAC } = await import('../sources/access-log/source.ts');
  return [
    {
      source: 'kubernetes',
      when: 'Roles `central` and `all`, unless `kubernetes.mode` is `off`. The istiod source finds istiod pods by the same lists and asks for nothing more.',
      rbac: KUBERNETES_RBAC,
    },
    { source: 'access_log, mode files', when: 'Roles `agent` and `all`.', rbac: [] },
    {
      source: 'access_log, mode api',
      when: 'Roles `central` and `all`, where `accessLog.mode` is `api`; beside what the kubernetes source needs.',
      rbac: LOG_API_RBAC,
    },
    {
      source: 'envoy',
      when: 'Roles `central` and `all`, where `inspect.enabled` is true; it is off by default. The exporter only reads, but whoever may forward ports may also change what the admin ports of Envoys let one change, and reach every other port of those pods. Grant it where proxies are that shall be looked into: elsewhere looks are refused, and fewer.',
      rbac: [PORT_FORWARD_NEED],
    },
    {
      source: 'commands that look into running proxies',
      when: '`config`, `trace`, `compare` and `diff` without files. Not the exporter: these are the rights of whoever calls them, where the proxies are and, for `diff`, where the istiods are.',
      rbac: LIVE_LOOK_RBAC,
    },
    {
      source: 'commands that ask istiod',
      when: '`status` and `check` with a kubeconfig, and without `--server` or `--url`; these too are the rights of whoever calls them. `check` also lists what the kubernetes source lists, and says of what it may not. Without the right to forward ports, istiods are asked at their pod addresses.',
      rbac: ISTIOD_LOOK_RBAC,
    },
  ];
}

interface Drift {
  readonly path: string;
  readonly how: string;
}

async function different(dir: string, pages: readonly GeneratedPage[]): Promise<Drift[]> {
  const found = await Promise.all(
    pages.map(async ({ path, text }) => {
      const there = await readFile(join(dir, path), 'utf8').catch(() => undefined);
      if (there === text) return [];
      return [
        {
          path,
          how:
            there === undefined
              ? 'missing; run `npm run generate`'
              : 'not what the program says; run `npm run generate`',
        },
      ];
    }),
  );
  return found.flat();
}

const LEFT_OVER = 'nothing generates it any more; remove it';

/** Pages that say they are generated, and are not. */
async function leftOver(dir: string, pages: readonly GeneratedPage[]): Promise<Drift[]> {
  const generated = new Set(pages.map((page) => page.path));
  return [...(await leftOverPages(dir, generated)), ...(await leftOverSchemas(dir, generated))];
}

/** Nothing in their folder is written by hand. */
async function leftOverSchemas(dir: string, generated: ReadonlySet<string>): Promise<Drift[]> {
  const names = await readdir(join(dir, SCHEMA_FOLDER)).catch(() => []);
  const paths = names.map((name) => `${SCHEMA_FOLDER}/${name}`).filter((path) => !generated.has(path));
  return paths.map((path) => ({ path, how: LEFT_OVER }));
}

async function leftOverPages(dir: string, generated: ReadonlySet<string>): Promise<Drift[]> {
  const names = (await readdir(join(dir, 'docs')).catch(() => [])).filter((name) => name.endsWith('.md'));
  const found = await Promise.all(
    names.map(async (name) => {
      const marked = (await readFile(join(dir, 'docs', name), 'utf8')).includes(MARK);
      return marked && !generated.has(`docs/${name}`) ? [{ path: `docs/${name}`, how: LEFT_OVER }] : [];
    }),
  );
  return found.flat();
}

async function write(dir: string, pages: readonly GeneratedPage[]): Promise<void> {
  for (const { path, text } of pages) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
}

/** Asks every command for its help, as a person would, eighty columns wide. */
async function helps(io: Io): Promise<{ name: string; help: string }[]> {
  const { COMMANDS, runProgram } = await import('./program.ts');
  const asked = [
    { name: 'meshladder', argv: ['--help'] },
    ...COMMANDS.map(({ name }) => ({ name: `meshladder ${name}`, argv: [name, '--help'] })),
  ];
  const pages: { name: string; help: string }[] = [];
  for (const { name, argv } of asked) {
    const out = collector();
    await runProgram(argv, { ...io, stdout: out, stderr: out });
    pages.push({ name, help: out.text() });
  }
  return pages;
}

function collector(): Writable & { text(): string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => text });
}
