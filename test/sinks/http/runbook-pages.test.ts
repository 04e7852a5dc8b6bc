import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LADDER } from '../../../src/rungs/index.ts';
import { runbookRoutes } from '../../../src/sinks/http/runbook-pages.ts';
import { runbookTitles } from '../../../src/sinks/runbooks/runbooks.ts';

const ROUTES = runbookRoutes(runbookTitles(LADDER));
const SERVED: ReadonlySet<string> = new Set(['/', ...ROUTES.map(({ path }) => path)]);

test('every link of a served runbook leads to a page that is served, or out of the exporter', async () => {
  const asked = { acceptsGzip: false, query: new URLSearchParams() };
  for (const { path, answer } of ROUTES) {
    const { status, body } = await answer(asked);
    if (status === 404) continue;
    const links = [...String(body).matchAll(/href="([^"]*)"/g)].map(([, link]) => link ?? '');
    const dead = links.filter((link) => {
      const { host, pathname } = new URL(link, `http://exporter${path}`);
      return host === 'exporter' && !SERVED.has(pathname);
    });
    assert.deepEqual(dead, [], path);
  }
});

test('each page says at its top how severe it is and which rung it is of, that of its owner where pages are shared', async () => {
  const asked = { acceptsGzip: false, query: new URLSearchParams() };
  const head = async (name: string): Promise<string | undefined> => {
    const { body } = (await ROUTES.find(({ path }) => path === `/runbooks/${name}`)?.answer(asked)) ?? {};
    return /<h1>.*<\/h1>\s*<p>(.*)<\/p>/.exec(String(body))?.[1];
  };
  assert.equal(await head('IstioXdsBlockedByNetworkPolicy'), '<strong>critical</strong> · rung 2 config-synced');
  assert.equal(await head('IstioMetricsFlagSpikeNR'), '<strong>critical</strong> · rung 9 response-flags');
  assert.equal(await head('MeshladderDown'), '<strong>critical</strong> · exporter');
});

test('the pages lead with the ladder as a whole', async () => {
  const [index] = ROUTES;
  const { body } = (await index?.answer({ acceptsGzip: false, query: new URLSearchParams() })) ?? {};
  assert.match(String(body), /<h1>Troubleshooting Istio at night<\/h1>/);
  assert.match(String(body), /docs\/response-flags\.md/);
});

test('a page runs no script but its own file, and has none inline', async () => {
  const asked = { acceptsGzip: false, query: new URLSearchParams() };
  for (const { path, answer } of ROUTES) {
    const { body, headers } = await answer(asked);
    const policy = headers?.['Content-Security-Policy']?.split('; ') ?? [];
    for (const rule of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'"])
      assert.ok(policy.includes(rule), `${path}: ${rule}`);
    const scripts = [...String(body).matchAll(/<script\b[^>]*>[^<]*/g)].map(([tag]) => tag);
    assert.deepEqual(scripts, ['<script type="module" src="../page/runbook.js">'], path);
    assert.doesNotMatch(String(body), /\son\w+="/);
  }
});

test('no command of a runbook has the sign of a remark within its words', () => {
  const folder = new URL('../../../alerts/runbooks/', import.meta.url);
  for (const name of readdirSync(folder)) {
    const blocks = readFileSync(new URL(name, folder), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g);
    const lines = [...blocks].flatMap(([, block = '']) => block.split('\n'));
    const cut = lines.map((line) => line.replace(/\s+# .*$/, '')).filter((line) => line.split(/['"]/).length % 2 === 0);
    const whole = lines.filter((line) => line.split(/['"]/).length % 2 === 0);
    assert.deepEqual(cut, whole, name);
  }
});
