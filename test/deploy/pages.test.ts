import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { CHART, helm, renderText } from '../../scripts/helm.ts';
import { NO_HELM } from '../support/chart.ts';
import { runCli } from '../support/run-cli.ts';
import { readSource } from '../support/source-files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = { 'docs/install.md': readSource('docs/install.md'), 'docs/upgrade.md': readSource('docs/upgrade.md') };
const text = Object.values(PAGES).join('\n');

/** Shell commands of the pages, each in one line. */
const COMMANDS = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
);

/** Values as the pages name them in code: `agent.runAsRoot: true`, `config.web.auth: kubernetes`, `rbac.create`. */
const NAMED = [
  ...text.matchAll(
    /`((?:central|agent|rbac|config|serviceMonitor|podMonitor|prometheusRule|dashboards|networkPolicy|webConfig)(?:\.\w+)+)(?:: ([^`]+))?`/g,
  ),
].map(([, path = '', value]) => ({ path, value }));

test('every helm command of the pages renders', { skip: NO_HELM }, () => {
  const commands = COMMANDS.filter((line) => /^helm (upgrade|template) /.test(line));
  assert.ok(commands.length >= 11, `${commands.length} commands`);
  for (const command of commands) {
    const [words = ''] = command.split(/ [|>] /);
    const args = words
      .replace(/^helm (upgrade( --install)?|template) /, '')
      .replaceAll('deploy/chart', CHART)
      .replaceAll('--values values.yaml', `--values ${CHART}/ci/all-on-values.yaml`)
      .split(/ +/);
    const asked = ['template', ...args.filter((arg) => arg !== '--create-namespace' && arg !== '|')];
    assert.doesNotThrow(() => helm(asked), command);
    // What goes on to kubectl is applied whole: hooks would be pods that run at once.
    if (/ > meshladder\.yaml$/.test(command)) assert.doesNotMatch(helm(asked), /helm\.sh\/hook/);
  }
});

test('the configuration for kustomize is taken, and leaves out nothing of the one that it replaces', async () => {
  const [, own = ''] = /```yaml\n(# meshladder\.yaml\nrole[\s\S]*?)```/.exec(PAGES['docs/install.md']) ?? [];
  const { code, stderr } = await runCli(['check-config', '-'], { stdin: own });
  assert.deepEqual([code, stderr], [0, '']);
  assert.partialDeepStrictEqual(parse(own), parse(readSource('deploy/kustomize/base/meshladder.yaml')));
});

test('every part of values that the pages show is taken', { skip: NO_HELM }, () => {
  const shown = `${text}\n${readSource('docs/multi-cluster.md').split('# values.yaml').join('')}`;
  const blocks = [...shown.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => parse(block) as object);
  const values = blocks.filter((block) => ['networkPolicy', 'config', 'serviceMonitor'].some((key) => key in block));
  assert.equal(values.length, 4);
  for (const value of values) {
    const set = Object.entries(value).map(([key, part]) => `${key}=${JSON.stringify(part)}`);
    assert.doesNotThrow(() => renderText({ set }), JSON.stringify(value));
  }
});

test('the recipe that checks values reads what the chart renders', { skip: NO_HELM }, async () => {
  const recipes = [
    ...text.matchAll(/--show-only (templates\/\w+-config\.yaml) \|\n\s*sed -n '([^']+)' \| meshladder check-config -/g),
  ];
  assert.equal(recipes.length, 4);
  for (const [, template = '', script = ''] of recipes) {
    const rendered = helm([
      'template',
      'm',
      CHART,
      '--values',
      `${CHART}/ci/agents-values.yaml`,
      '--set',
      'central.enabled=true',
      '--show-only',
      template,
    ]);
    const stdin = execFileSync('sed', ['-n', script], { input: rendered, encoding: 'utf8' });
    assert.match(stdin, /^role: (central|agent)$/m);
    const { code, stderr } = await runCli(['check-config', '-'], { stdin });
    assert.deepEqual([code, stderr], [0, ''], template);
  }
});

test('every value that the pages name is one of the chart, with what it may be', () => {
  assert.ok(NAMED.length > 25, `${NAMED.length} values`);
  for (const { path, value } of NAMED) {
    const keywords = problemsOf(path, value === undefined ? null : parse(value));
    // Where a page names no value, only the key can be wrong.
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

test('every file and folder that the pages link or apply is there', () => {
  const links = [...text.matchAll(/\]\((?!http)([^)#]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => `docs/${path}`);
  const applied = COMMANDS.flatMap((line) => /^kubectl apply -k (\S+)/.exec(line)?.slice(1) ?? []);
  assert.equal(applied.length, 2);
  for (const path of [...links, ...applied]) assert.ok(existsSync(`${ROOT}${path}`), path);
});

test('links to headings of these pages lead there', () => {
  const links = Object.entries(PAGES).flatMap(([from, page]) =>
    [...page.matchAll(/\]\(([\w-]+\.md)?#([^)]+)\)/g)].map(([, to, anchor = '']) => ({
      page: to === undefined ? from : `docs/${to}`,
      anchor,
    })),
  );
  assert.ok(links.length >= 10, `${links.length} links`);
  for (const { page, anchor } of links) assert.ok(headingsOf(readSource(page)).includes(anchor), `${page}#${anchor}`);
});

function headingsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('every metric and alert that the pages name is there', () => {
  const known = `${readSource('docs/metrics.md')}${readSource('docs/alerts.md')}`;
  const named = text.match(/\b(?:meshladder_[a-z_]+|(?:Istiod?|Meshladder)[A-Z]\w+)\b/g) ?? [];
  assert.ok(named.length > 20, `${named.length} names`);
  assert.deepEqual(
    named.filter((name) => !known.includes(name)),
    [],
  );
});
