import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type DemoRun, startDemoRun } from '../demo/demo-run.ts';
import { openPage, startBrowser, type Troubles } from '../support/browser.ts';
import { findTool } from '../support/tools.ts';

const chromium = findTool('chromium');
const skip = chromium === undefined ? 'no Chromium here: the Debian package chromium has it' : false;
const TIMEOUT_MS = 30_000;
const VIEWS = ['#/', '#/proxies', '#/traffic', '#/findings', '#/flags', '#/namespace/payment'];
const PROXY = '#/proxy/payment/payment-svc-v1-6d8f9b7c5d-2xkqp';

describe('the page in a real browser, during the incident', { skip, timeout: 180_000 }, () => {
  const cleanups: (() => unknown)[] = [];
  // The demo and the browser serve every test here.
  const suite = { after: (cleanup: () => unknown) => cleanups.unshift(cleanup) } as unknown as TestContext;
  let run: DemoRun;
  let browser: Browser;
  let root: string;

  before(async () => {
    run = startDemoRun(suite, ['--speed', '1']);
    browser = await startBrowser(suite, chromium!);
    await run.said(/\+31s/);
    root = new URL('/', run.url()).href;
  });
  after(async () => {
    for (const cleanup of cleanups) await cleanup();
  });

  async function open(hash: string, options = {}): Promise<{ page: Page; troubles: Troubles }> {
    const opened = await openPage(browser, `${root}${hash}`, options);
    opened.page.setDefaultTimeout(TIMEOUT_MS);
    await opened.page.locator('#freshness', { hasText: 'live' }).waitFor();
    return opened;
  }

  async function closed({ page, troubles }: { page: Page; troubles: Troubles }): Promise<void> {
    assert.deepEqual(troubles, { said: [], strangers: [] });
    await page.close();
  }

  test('says which NetworkPolicy cuts payment off, where to begin, and what to type', async () => {
    const opened = await open('');
    const { page } = opened;
    // Worst first: bookinfo has one proxy in trouble, payment three.
    const story = page.locator('.stories > li').first();
    await story
      .filter({ hasText: '3 proxies MISSING' })
      .filter({ hasText: 'NetworkPolicy payment/default-deny' })
      .waitFor();
    assert.equal(await page.locator('.ladder > li').count(), 11);
    const first = page.locator('.rung.first');
    assert.equal(await first.count(), 1);
    assert.match((await first.textContent()) ?? '', /Begin here/);
    assert.match((await first.textContent()) ?? '', /NetworkPolicy payment\/default-deny/);
    assert.equal(await page.locator('.rung:not(.ok):has(~ .rung.first)').count(), 0, 'all below it are ok');
    const command = (await first.locator('code').textContent()) ?? '';
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await first.getByRole('button', { name: `Copy command: ${command}` }).click();
    await page.locator('#said', { hasText: 'Copied' }).waitFor({ state: 'attached' });
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), command);
    await closed(opened);
  });

  test('finds, sorts and links proxies, and keeps the focus while it does', async () => {
    const opened = await open('#/proxies');
    const { page } = opened;
    const names = () => page.locator('tbody th').allTextContents();
    await page.locator('tbody tr').nth(10).waitFor();
    assert.match((await page.locator('tbody tr').first().textContent()) ?? '', /MISSING/);
    await page.getByRole('link', { name: 'Proxy' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('th[aria-sort=ascending]', { hasText: 'Proxy' }).waitFor();
    await page.locator('tbody tr:first-child th', { hasText: 'checkout' }).waitFor();
    assert.deepEqual(await names(), (await names()).toSorted());
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Proxy ▲');
    await page.getByLabel('Words').fill('default-deny');
    await page.locator('tbody tr').nth(3).waitFor({ state: 'detached' });
    assert.equal((await names()).length, 3);
    assert.match(page.url(), /text=default-deny/);
    // What is typed stays, whatever comes meanwhile.
    await page.waitForTimeout(2500);
    assert.equal(await page.getByLabel('Words').inputValue(), 'default-deny');
    assert.equal(await page.evaluate('document.activeElement.name'), 'text');
    const again = await open(page.url().slice(root.length));
    await again.page.locator('tbody tr').nth(2).waitFor();
    assert.equal(await again.page.locator('tbody tr').count(), 3);
    assert.equal(await again.page.getByLabel('Words').inputValue(), 'default-deny');
    await closed(again);
    await closed(opened);
  });

  test('one proxy: why, its rungs, what changed', async () => {
    const opened = await open(PROXY);
    const { page } = opened;
    await page.locator('.cause', { hasText: 'NetworkPolicy payment/default-deny' }).waitFor();
    assert.equal(await page.locator('.ladder > li').count(), 11);
    const history = page.getByRole('table', { name: /What changed/ });
    assert.match((await history.textContent()) ?? '', /MISSING/);
    assert.match((await history.textContent()) ?? '', /RDSSYNCEDSTALE/);
    await page.goto(`${root}#/proxy/bookinfo/reviews-v2-556d6457d-hn5vc`);
    await page.locator('.cause pre', { hasText: "Didn't find a registered implementation" }).waitFor();
    await closed(opened);
  });

  test('flags are decoded, and a pair is found', async () => {
    const opened = await open('#/flags');
    const { page } = opened;
    await page.getByLabel('Flags or words').fill('UF,URX');
    await page.locator('.counts', { hasText: /^2 of/ }).waitFor();
    await page.goto(`${root}#/traffic?namespace=payment`);
    await page.locator('tbody th a').first().click();
    await page.getByRole('table', { name: 'Response codes' }).waitFor();
    await closed(opened);
  });

  test('the keyboard reaches everything', async () => {
    const opened = await open('');
    const { page } = opened;
    await page.locator('.rung').first().waitFor();
    const seen = new Set<string>();
    for (let presses = 0; presses < 150; presses++) {
      await page.keyboard.press('Tab');
      seen.add(await page.evaluate<string>('document.activeElement.textContent'));
    }
    const wanted = await page.locator('a[href]:visible, button:visible, summary:visible').allTextContents();
    assert.ok(wanted.length > 20);
    assert.deepEqual(
      wanted.filter((text) => !seen.has(text)),
      [],
    );
    await page.goto(root);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content');
    await closed(opened);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`fits 375 px, ${colorScheme}, and can be read`, async () => {
      const opened = await open('', { viewport: { width: 375, height: 800 }, colorScheme });
      for (const hash of [...VIEWS, PROXY]) {
        await opened.page.goto(`${root}${hash}`);
        await opened.page.locator('main h1').waitFor();
        await opened.page.waitForTimeout(400);
        const [wide, dark] = await opened.page.evaluate<[number, string]>(
          '[document.documentElement.scrollWidth, getComputedStyle(document.body).backgroundColor]',
        );
        assert.ok(wide <= 375, `${hash} is ${wide} px wide`);
        assert.equal(dark === 'rgb(255, 255, 255)', colorScheme === 'light', hash);
      }
      await closed(opened);
    });
  }

  test('says loudly that the exporter does not answer, and how old what it shows is', async () => {
    const { page } = await open('');
    await page.context().setOffline(true);
    await page.getByRole('alert').filter({ hasText: 'The exporter does not answer' }).waitFor();
    assert.match(
      (await page.getByRole('alert').textContent()) ?? '',
      /What you see is what it said at \d\d:\d\d:\d\d UTC/,
    );
    await page.locator('.rung').first().waitFor();
    await page.context().setOffline(false);
    await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor({ state: 'hidden' });
    await page.close();
  });
});
