import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { findTool } from '../../scripts/find-tool.ts';
import { LADDER } from '../../src/rungs/index.ts';
import { readPage } from '../../src/sinks/http/page/page-files.ts';
import { runbookRoutes } from '../../src/sinks/http/runbook-pages.ts';
import { runbooksByRung, runbookTitles } from '../../src/sinks/runbooks/runbooks.ts';
import { openPage, startBrowser } from '../support/browser.ts';

const chromium = findTool('chromium');
const skip = chromium === undefined ? 'no Chromium here: the Debian package chromium has it' : false;

describe('a served runbook in a real browser', { skip, timeout: 300_000 }, () => {
  const cleanups: (() => unknown)[] = [];
  const suite = { after: (cleanup: () => unknown) => cleanups.unshift(cleanup) } as unknown as TestContext;
  let browser: Browser;
  let root: string;

  before(async () => {
    const { routes } = await readPage(runbooksByRung(LADDER));
    const served = new Map(
      [...runbookRoutes(runbookTitles(LADDER)), ...routes].map((route) => [route.path, route] as const),
    );
    const server = createServer(async ({ url = '' }, response) => {
      const answer = await served.get(url)?.answer({ acceptsGzip: false, query: new URLSearchParams() });
      response.writeHead(answer?.status ?? 204, { 'Content-Type': answer?.type ?? 'text/plain', ...answer?.headers });
      response.end(answer?.body);
    });
    cleanups.push(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await startBrowser(suite, chromium!);
  });
  after(async () => {
    for (const cleanup of cleanups) await cleanup();
  });

  test('has a button at each block that is typed or pasted, which copies it by the keyboard and says so', async () => {
    const { page, troubles } = await openPage(browser, `${root}/runbooks/IstioProxyStale`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const blocks = page.locator('pre > code:is(.language-sh, .language-promql, .language-yaml)');
    const buttons = page.getByRole('button', { name: /^Copy: / });
    await buttons.first().waitFor();
    assert.equal(await buttons.count(), await blocks.count());
    const button = page.getByRole('button', { name: /^Copy: kubectl -n istio-system port-forward/ }).first();
    await button.focus();
    await page.keyboard.press('Enter');
    await page.locator('[aria-live]', { hasText: 'Copied' }).waitFor({ state: 'attached' });
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    assert.match(copied, /^kubectl -n istio-system port-forward svc\/meshladder 19012 &\nmeshladder .*\S$/s);
    // What is too wide is scrolled by the keyboard, too.
    assert.equal(await page.locator('pre:not([tabindex="0"])').count(), 0);
    await page.close();
    assert.deepEqual(troubles, { said: [], strangers: [] });
  });

  test('copies commands without the remarks behind them', async () => {
    const { page } = await openPage(browser, `${root}/runbooks/`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.getByRole('button', { name: /^Copy: kubectl -n istio-system port-forward/ }).click();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    assert.deepEqual(copied.split('\n'), [
      'kubectl -n istio-system port-forward svc/meshladder 19012 &',
      'meshladder check --server http://127.0.0.1:19012',
      'meshladder check POD.NAMESPACE --server http://127.0.0.1:19012',
    ]);
    await page.close();
  });

  test('is the same text where scripts do not run', async () => {
    const { page, troubles } = await openPage(browser, `${root}/runbooks/IstioProxyStale`, {
      javaScriptEnabled: false,
    });
    await page.getByRole('heading', { name: 'Diagnosis' }).waitFor();
    assert.ok((await page.locator('pre > code.language-sh').count()) > 2);
    assert.equal(await page.getByRole('button').count(), 0);
    await page.close();
    assert.deepEqual(troubles, { said: [], strangers: [] });
  });
});
