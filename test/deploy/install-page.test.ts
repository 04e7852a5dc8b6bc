import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
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

test('every value that the page names is one of the chart, with what it may be', () => {
  assert.ok(NAMED.length > 25, `${NAMED.length} values`);
  for (const { path, value } of NAMED) {
    const keywords = problemsOf(path, value === undefined ? null : parse(value));
    // Where the page names no value, only the key can be wrong.
    assert.deepEqual(
      keywords.filter((keyword) => value !== undefined || keyword === 'additionalProperties'),
      [],
      path,
    );
  }
  assert.ok(problemsOf('central.replica', 2).includes('additionalProperties'));
});

const ofSchema = new Ajv({ strict: false, allErrors: true }).compile(
  JSON.parse(readSource('deploy/chart/values.schema.json')) as object,
);

/** Rules of the schema that one value breaks. */
function problemsOf(path: string, value: unknown): readonly string[] {
  ofSchema(path.split('.').reduceRight((inner: unknown, key) => ({ [key]: inner }), value));
  return (ofSchema.errors ?? []).map(({ keyword }) => keyword);
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
