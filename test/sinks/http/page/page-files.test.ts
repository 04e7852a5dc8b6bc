import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RESPONSE_FLAGS } from '../../../../src/model/response-flag.ts';
import { LADDER } from '../../../../src/rungs/index.ts';
import type { Answer } from '../../../../src/sinks/http/answer.ts';
import { readPage } from '../../../../src/sinks/http/page/page-files.ts';
import { createRoutes } from '../../../../src/sinks/http/routes.ts';
import { runbooksByRung } from '../../../../src/sinks/runbooks/runbooks.ts';
import { filesBelow, importsOf, readSource } from '../../../support/source-files.ts';

const { home, routes } = await readPage(runbooksByRung(LADDER));
const CLIENT = 'src/sinks/http/page/client';
const served = new Map(routes.map((route) => [route.path, route]));

async function answerOf(path: string): Promise<Answer | undefined> {
  return served.get(path)?.answer({ acceptsGzip: false, query: new URLSearchParams() });
}

test('every file of the client is served as what it is', async () => {
  const types: Record<string, string> = {
    js: 'text/javascript; charset=utf-8',
    css: 'text/css; charset=utf-8',
    svg: 'image/svg+xml',
  };
  const files = filesBelow(CLIENT, /\.(js|css|svg)$/);
  assert.ok(files.length > 10);
  for (const file of files) {
    const answer = await answerOf(`/page/${file.slice(CLIENT.length + 1)}`);
    assert.equal(answer?.type, types[file.split('.').at(-1) ?? ''], file);
    assert.equal(answer?.body.toString(), readSource(file), file);
  }
});

test('the page loads only what is served, and nothing inline', () => {
  const html = home.body.toString();
  const loaded = [...html.matchAll(/<(?:link|script)\b[^>]*\b(?:href|src)="([^"]+)"/g)].map(([, path]) => `/${path}`);
  assert.equal(loaded.length, 3);
  assert.deepEqual(
    loaded.filter((path) => !served.has(path)),
    [],
  );
  assert.doesNotMatch(html, /<style|style=|\son\w+=|<script[^>]*>[^<]/);
  const policy = home.headers?.['Content-Security-Policy'] ?? '';
  for (const rule of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "form-action 'none'"])
    assert.ok(policy.split('; ').includes(rule), rule);
});

test('client modules import one another and nothing else', () => {
  for (const file of filesBelow(CLIENT, /\.js$/)) {
    const source = readSource(file);
    assert.match(source, /^\/\/ @ts-check\n/, file);
    for (const name of importsOf(source)) assert.ok(served.has(`/page/${name.replace('./', '')}`), `${file}: ${name}`);
  }
});

test('text from elsewhere has no way to become markup', () => {
  const ways = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|srcdoc/;
  const wrong = filesBelow(CLIENT, /\.js$/).filter((file) => ways.test(readSource(file)));
  assert.deepEqual(wrong, []);
  assert.match(home.headers?.['Content-Security-Policy'] ?? '', /require-trusted-types-for 'script'/);
});

test('the flags are those that decode explains', async () => {
  const answer = await answerOf('/page/response-flags.json');
  assert.deepEqual(JSON.parse(String(answer?.body)), JSON.parse(JSON.stringify(RESPONSE_FLAGS)));
});

test('the landing page is at /about where there is a status page, and else at /', async () => {
  const common = {
    version: '1',
    telemetryPath: '/metrics',
    scrape: () => Promise.reject(new Error('not asked for')),
    withheld: () => undefined,
    pending: () => [],
    api: {},
  };
  const titleAt = async (path: string, options: { readonly home?: Answer }): Promise<string | undefined> => {
    const route = createRoutes({ ...common, ...options }).find((each) => each.path === path);
    const answer = await route?.answer({ acceptsGzip: false, query: new URLSearchParams() });
    return answer && (answer.body === home.body ? 'status' : 'landing');
  };
  assert.deepEqual([await titleAt('/', { home }), await titleAt('/about', { home })], ['status', 'landing']);
  assert.deepEqual([await titleAt('/', {}), await titleAt('/about', {})], ['landing', undefined]);
});
