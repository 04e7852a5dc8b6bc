import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { CHART, helm, NO_HELM } from '../support/chart.ts';
import { readSource } from '../support/source-files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const page = readSource('docs/install.md');

/** Shell commands of the page, each in one line. */
const COMMANDS = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
);

/** Values as the page names them in code: `agent.runAsRoot: true`, `config.web.auth: kubernetes`, `rbac.create`. */
const NAMED = [
  ...page.matchAll(
    /`((?:central|agent|rbac|config|serviceMonitor|podMonitor|prometheusRule|dashboards|networkPolicy|webConfig)(?:\.\w+)+)(?:: ([^`]+))?`/g,
  ),
].map(([, path = '', value]) => ({ path, value }));

test('every helm command of the page renders', { skip: NO_HELM }, () => {
  const commands = COMMANDS.filter((line) => /^helm (upgrade --install|template) /.test(line));
  assert.ok(commands.length >= 7, `${commands.length} commands`);
  for (const command of commands) {
    const [words = ''] = command.split(/ [|>] /);
    const args = words
      .replace(/^helm (upgrade --install|template) /, '')
      .replaceAll('deploy/chart', CHART)
      .split(/ +/);
    const asked = ['template', ...args.filter((arg) => arg !== '--create-namespace' && arg !== '|')];
    assert.doesNotThrow(() => helm(asked), command);
  }
});

test('every value that the page names is one of the chart, with what it may be', { skip: NO_HELM }, () => {
  assert.ok(NAMED.length > 25, `${NAMED.length} values`);
  for (const { path, value } of NAMED) {
    const refused = refusalOf(path, value ?? 'null');
    const wrong = value === undefined ? /not allowed/ : /don't meet the specifications/;
    assert.doesNotMatch(refused, wrong, `${path}: ${value}`);
  }
  assert.match(refusalOf('central.replica', '2'), /not allowed/);
});

/** What helm says of one value; what else it would have to be set with is another matter. */
function refusalOf(path: string, value: string): string {
  try {
    helm(['template', 'm', CHART, '--set-json', `${path}=${JSON.stringify(parse(value))}`]);
    return '';
  } catch (error) {
    return String(error);
  }
}

test('every file and folder that the page links or applies is there', () => {
  const links = [...page.matchAll(/\]\((?!http)([^)#]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => `docs/${path}`);
  const applied = COMMANDS.flatMap((line) => /^kubectl apply -k (\S+)/.exec(line)?.slice(1) ?? []);
  assert.equal(applied.length, 2);
  for (const path of [...links, ...applied]) assert.ok(existsSync(`${ROOT}${path}`), path);
});

test('links within the page lead to its headings', () => {
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, anchor = ''] of page.matchAll(/\]\(#([^)]+)\)/g)) assert.ok(headings.includes(anchor), anchor);
});
