import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { LADDER } from '../rungs/index.ts';
import { RUNBOOK_BASE, ruleFiles } from '../sinks/alerts/rule-files.ts';
import { ruleGroups } from '../sinks/alerts/rule-groups.ts';
import { dashboardFile } from '../sinks/dashboards/dashboard.ts';
import { DASHBOARDS } from '../sinks/dashboards/dashboards.ts';
import { CHART_FILES, chartFiles } from '../sinks/deploy/chart-files.ts';
import { COMPOSE_RULES, composeRules } from '../sinks/deploy/compose-rules.ts';
import { alertsPage } from '../sinks/docs/alerts-page.ts';
import { analysisCodesPage } from '../sinks/docs/analysis-codes-page.ts';
import { commandsPage } from '../sinks/docs/commands-page.ts';
import { configurationPage } from '../sinks/docs/configuration-page.ts';
import { type GeneratedPage, MARK } from '../sinks/docs/document.ts';
import { metricsPage } from '../sinks/docs/metrics-page.ts';
import { permissionsPage } from '../sinks/docs/permissions-page.ts';
import { responseFlagStandardPage } from '../sinks/docs/response-flag-standard-page.ts';
import { responseFlagsPage } from '../sinks/docs/response-flags-page.ts';
import { RUNBOOK_README, withFlagTable } from '../sinks/docs/runbook-flag-table.ts';
import { SCHEMA_FOLDER, schemaPages } from '../sinks/docs/schema-pages.ts';
import { type Io, UserError } from './io.ts';
import { sourceNeeds } from './source-needs.ts';

/** `meshladder generate`: the pages that say what the program says of itself. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .option('--check', 'change nothing; exit 1 and name every page that is missing, differs or is left over')
    .option('--dir <folder>', 'the root of the repository', '.')
    .option(
      '--runbook-base <url>',
      "what stands before an alert's name in the runbook_url of alerts/*.yaml",
      RUNBOOK_BASE,
    )
    .action(async ({ check = false, dir, runbookBase }: Options) => {
      const pages = [...(await allPages(io, folderUrl(runbookBase))), ...(await decoderPage(dir))];
      const drift = [...(await different(dir, pages)), ...(await leftOver(dir, pages))];
      if (!check) await write(dir, pages);
      for (const { path, how } of drift) io.stdout.write(`${path}: ${check ? how : 'written'}\n`);
      if (check && drift.length > 0) exit(1);
    });
}

interface Options {
  readonly check?: boolean;
  readonly dir: string;
  readonly runbookBase: string;
}

/** A runbook's name comes right behind it. */
function folderUrl(given: string): string {
  const protocol = URL.parse(given)?.protocol;
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new UserError(`--runbook-base ${given}: no URL; give one as https://runbooks.example.com/mesh/`);
  }
  return given.endsWith('/') ? given : `${given}/`;
}

/** The one page of which only a part is generated: where it is not, as in a folder for rule files alone, nothing is made. */
async function decoderPage(dir: string): Promise<readonly GeneratedPage[]> {
  const text = await readFile(join(dir, RUNBOOK_README), 'utf8').catch(() => undefined);
  return text === undefined ? [] : [withFlagTable(text)];
}

async function allPages(io: Io, runbookBase: string): Promise<readonly GeneratedPage[]> {
  const needs = await sourceNeeds();
  return [
    metricsPage(LADDER),
    alertsPage(ruleGroups(LADDER)),
    ...ruleFiles(ruleGroups(LADDER), runbookBase),
    ...composeRules(ruleGroups(LADDER)),
    ...DASHBOARDS.map(dashboardFile),
    configurationPage(),
    permissionsPage(needs),
    responseFlagsPage(),
    responseFlagStandardPage(),
    analysisCodesPage(),
    commandsPage(await helps(io)),
    ...schemaPages(),
    ...chartFiles(
      ruleGroups(LADDER),
      needs.flatMap(({ part, rbac }) => (part === undefined ? [] : [{ part, rbac }])),
    ),
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
  const inFolders = await Promise.all(GENERATED_FOLDERS.map((folder) => leftOverFiles(dir, folder, generated)));
  return [...(await leftOverPages(dir, generated)), ...inFolders.flat()];
}

/** Nothing in these is written by hand. */
const GENERATED_FOLDERS = [SCHEMA_FOLDER, CHART_FILES, COMPOSE_RULES];

async function leftOverFiles(dir: string, folder: string, generated: ReadonlySet<string>): Promise<Drift[]> {
  const entries = await readdir(join(dir, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(relative(dir, parentPath), name));
  return paths.filter((path) => !generated.has(path)).map((path) => ({ path, how: LEFT_OVER }));
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
