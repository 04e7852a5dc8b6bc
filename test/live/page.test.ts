import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { findTool } from '../../scripts/find-tool.ts';
import { DROP } from '../../src/demo/scenario/drop.ts';
import type { Scenario } from '../../src/demo/scenario/scenario.ts';
import { MAIN } from '../demo/demo-run.ts';
import { startPlaying } from '../demo/play-here.ts';
import { openPage, PAGE_PATIENCE_MS, pageFaults, startBrowser, type Troubles } from '../support/browser.ts';
import { answerAsIf, hostile, MARKUP } from '../support/page-answers.ts';
import { actOf } from '../support/story.ts';

const chromium = findTool('chromium');
const skip = chromium === undefined ? 'no Chromium here: the Debian package chromium has it' : false;
const POD = 'payment-svc-v1-6d8f9b7c5d-2xkqp';
const PROXY = `#/proxy/payment/${POD}`;
const REVIEWS = '#/proxy/bookinfo/reviews-v2-556d6457d-hn5vc';
const PAIR = '#/pair/payment/checkout-v1/payment-svc.payment.svc.cluster.local';
const VIEWS = ['#/', '#/proxies', '#/traffic', '#/findings', '#/flags', '#/namespace/payment', PROXY, REVIEWS, PAIR];

const SPEED = 4;

/** The incident until its agents have said that they are cut off. Then nothing more happens. */
const CUT_OFF: Scenario = {
  ...DROP,
  acts: ['healthy', 'policy', 'push', 'gone', 'lost'].map((name) => actOf(DROP, name)),
  endsAt: 24 * 3600,
};

describe('the page in a real browser, during the incident', { skip, timeout: 500_000, concurrency: 3 }, () => {
  const cleanups: (() => unknown)[] = [];
  const over = new AbortController();
  // The demo and the browser serve every test here.
  const suite = {
    after: (cleanup: () => unknown) => cleanups.unshift(cleanup),
    signal: over.signal,
  } as unknown as TestContext;
  let browser: Browser;
  let root: string;

  before(async () => {
    const playing = await startPlaying(suite, { scenario: CUT_OFF, speed: SPEED, script: MAIN });
    cleanups.push(() => playing.ended);
    browser = await startBrowser(suite, chromium!);
    await playing.said(/ lost +so it is/);
    root = `http://${playing.target}/`;
  });
  after(async () => {
    over.abort();
    for (const cleanup of cleanups) await cleanup();
  });

  async function open(hash: string, options = {}): Promise<{ page: Page; troubles: Troubles }> {
    const opened = await openPage(browser, `${root}${hash}`, options);
    await opened.page.locator('#freshness', { hasText: 'live' }).waitFor();
    return opened;
  }

  /** On the page that is open: the view is drawn, with what the server answered. */
  async function go(page: Page, hash: string): Promise<void> {
    await page.goto(`${root}${hash}`);
    await page.locator('main h1').waitFor();
    await page.locator('main', { hasNotText: 'Asking the exporter' }).waitFor();
  }

  /** As when a link to where one is is followed: it asks at once, where without news it would take a while. */
  async function comeBack(page: Page): Promise<void> {
    await page.evaluate('dispatchEvent(new HashChangeEvent("hashchange"))');
  }

  async function asksAgain(page: Page): Promise<void> {
    const answered = page.waitForResponse(/api\/v1\/status/);
    await comeBack(page);
    await answered;
  }

  async function closed({ page, troubles }: { page: Page; troubles: Troubles }): Promise<void> {
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.close();
    assert.deepEqual(troubles, { said: [], strangers: [] });
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
    // Whoever reads here need not have a kubeconfig; kubectl asks nobody but the cluster.
    const commands = await page.locator('.command code').allTextContents();
    const own = commands.filter((each) => /^meshladder (status|check|analyze)/.test(each));
    assert.ok(own.length > 0, commands.join('\n'));
    for (const each of commands)
      assert.equal(each.endsWith(` --server ${root.slice(0, -1)}`), own.includes(each), each);
    await page.getByRole('link', { name: 'Begin at rung 1' }).click();
    await page.waitForFunction('document.activeElement.id === "rung-1"');
    await closed(opened);
  });

  test('counts, each with the way to what it counts; runbooks of what is broken', async () => {
    const opened = await open('');
    const { page } = opened;
    const numbers = page.getByRole('list', { name: 'In numbers' });
    await numbers.filter({ hasText: /11 proxies: 3 MISSING · 1 ERROR · .*SYNCED/ }).waitFor();
    assert.match((await numbers.textContent()) ?? '', /requests in \d+ s.*failed.*0 errors, 4 warnings/);
    const broken = page.locator('.rung.first details', { hasText: 'Runbooks' });
    await broken.locator('summary').click();
    assert.equal(await broken.locator('a').first().getAttribute('href'), 'runbooks/IstioProxyMissing');
    assert.equal(await page.locator('.rung.ok details', { hasText: 'Runbooks' }).count(), 0);
    await broken.locator('a').first().click();
    await page.locator('h1', { hasText: 'IstioProxyMissing' }).waitFor();
    await page.getByRole('link', { name: 'meshladder', exact: true }).click();
    await page.getByRole('link', { name: '3 MISSING' }).click();
    await page.locator('.counts', { hasText: '3 of 11 proxies' }).waitFor();
    await closed(opened);
  });

  test('finds, sorts and links proxies, and keeps the focus while it does', async () => {
    const opened = await open('#/proxies');
    const { page } = opened;
    const names = () => page.locator('tbody th').allTextContents();
    await page.locator('tbody tr').nth(10).waitFor();
    assert.match((await page.locator('tbody tr').first().textContent()) ?? '', /MISSING/);
    await page.locator('th[aria-sort=ascending]', { hasText: 'State' }).waitFor();
    await page.getByRole('button', { name: 'Proxy' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('th[aria-sort=ascending]', { hasText: 'Proxy' }).waitFor();
    await page.locator('tbody tr:first-child th', { hasText: 'checkout' }).waitFor();
    assert.deepEqual(await names(), (await names()).toSorted());
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Proxy ▲');
    await page.keyboard.press('Space');
    await page.locator('th[aria-sort=descending]', { hasText: 'Proxy' }).waitFor();
    await page.locator('tbody tr:first-child th', { hasText: 'reviews-v3' }).waitFor();
    await page.getByLabel('Words').fill('default-deny');
    await page.locator('tbody tr').nth(3).waitFor({ state: 'detached' });
    assert.equal((await names()).length, 3);
    assert.match(page.url(), /text=default-deny/);
    // What is typed stays, whatever comes meanwhile.
    await asksAgain(page);
    await asksAgain(page);
    assert.equal(await page.getByLabel('Words').inputValue(), 'default-deny');
    assert.equal(await page.evaluate('document.activeElement.name'), 'text');
    const again = await open(page.url().slice(root.length));
    await again.page.locator('tbody tr').nth(2).waitFor();
    assert.equal(await again.page.locator('tbody tr').count(), 3);
    assert.equal(await again.page.getByLabel('Words').inputValue(), 'default-deny');
    await closed(again);
    await closed(opened);
  });

  test('one proxy: why, its rungs, and what was written just before it changed', async () => {
    const opened = await open(PROXY);
    const { page } = opened;
    await page.locator('.cause', { hasText: 'NetworkPolicy payment/default-deny' }).waitFor();
    assert.equal(await page.locator('.ladder > li').count(), 11);
    const rows = await page
      .getByRole('table', { name: /What happened/ })
      .locator('tbody tr')
      .allTextContents();
    const order = [
      /MISSING/,
      /CDS, LDS, RDSSYNCEDSTALE/,
      /VirtualService payment\/payment-svc changed/,
      /default-deny added/,
    ];
    const places = order.map((words) => rows.findIndex((row) => words.test(row)));
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
      rows.join('\n'),
    );
    assert.ok(!places.includes(-1), rows.join('\n'));
    await page.locator('.diff', { hasText: 'there is nothing to compare' }).waitFor();
    await go(page, REVIEWS);
    await page.locator('.cause pre', { hasText: "Didn't find a registered implementation" }).first().waitFor();
    await closed(opened);
  });

  test('the diff of a proxy, when it is asked for', async () => {
    const opened = await open(REVIEWS);
    const { page } = opened;
    await page.getByRole('button', { name: 'Ask both now' }).press('Enter');
    await page.locator('button[aria-disabled=true]').waitFor();
    const diff = page.locator('.diff .answer');
    await diff.filter({ hasText: '1 resource differs, as of' }).waitFor();
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Ask again');
    assert.match((await diff.textContent()) ?? '', /listeners: 1 of \d+ differ/);
    await diff.locator('summary', { hasText: 'listeners/virtualInbound' }).click();
    await diff.locator('pre .del').first().waitFor();
    await page.locator('#said', { hasText: '1 resource differs' }).waitFor({ state: 'attached' });
    assert.deepEqual(await pageFaults(page), []);
    await closed(opened);
  });

  test('the diff where inspection is off, and where it is refused: what to do instead', async () => {
    const opened = await openPage(browser, `${root}about`);
    const { page } = opened;
    await answerAsIf(page, /page\/proxy\.json/, (body) => ({ ...body, noDiff: 'inspection is off (inspect.enabled)' }));
    await go(page, REVIEWS);
    const diff = page.locator('.diff');
    await diff.filter({ hasText: 'Nobody can ask here: inspection is off (inspect.enabled).' }).waitFor();
    assert.equal(await diff.getByRole('button', { name: /Ask/ }).count(), 0);
    await diff.locator('code', { hasText: 'meshladder diff reviews-v2-556d6457d-hn5vc.bookinfo' }).waitFor();
    await page.unrouteAll();
    await asksAgain(page);
    await page.route(/api\/v1\/diff/, (route) =>
      route.fulfill({ status: 429, json: { error: 'another proxy is looked into' } }),
    );
    await diff.getByRole('button', { name: 'Ask both now' }).click();
    await diff.locator('.refusal', { hasText: 'another proxy is looked into' }).waitFor();
    await page.close();
  });

  test('one pair: who they are, and what is known between them', async () => {
    const opened = await open('#/traffic?namespace=payment');
    const { page } = opened;
    // None of its requests failed, and the list says what the pair says all the same.
    await page.locator('tbody tr', { hasText: /^finding.*payment-svc.*3 proxies MISSING/ }).waitFor();
    await page.getByRole('link', { name: 'payment-svc.payment.svc.cluster.local' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'checkout-v1.payment → payment-svc.payment.svc.cluster.local' }).waitFor();
    assert.ok(page.url().endsWith(PAIR), page.url());
    await page.locator('.rung.finding', { hasText: `checkout-v1-5c7d8e9f6b-qw4rt is MISSING` }).waitFor();
    const questions = await page.locator('.rung h3').allTextContents();
    assert.equal(questions.length, 5);
    await page.locator('code', { hasText: 'meshladder trace checkout-v1' }).waitFor();
    const shares = await page.getByRole('table', { name: /^Shares/ }).textContent();
    assert.match(shares ?? '', /v290 %|v210 %/);
    await page.getByRole('table', { name: 'Response codes' }).waitFor();
    await page.locator('.pods a', { hasText: POD }).click();
    await page.locator('h1', { hasText: POD }).waitFor();
    // What the heading names is not named again.
    await page.locator('.verdict-line', { hasText: /^finding 1 proxy MISSING/ }).waitFor();
    // Who goes back is where they left.
    await page.goBack();
    await page.locator('main a:focus', { hasText: POD }).waitFor();
    await page.goBack();
    await page.locator(`main a:focus[href="${PAIR}"]`).waitFor();
    await closed(opened);
  });

  test('findings and flags', async () => {
    const opened = await open('#/findings?level=Warning');
    const { page } = opened;
    await page.locator('.counts', { hasText: /^4 findings/ }).waitFor();
    await page.getByLabel('Words').fill('IST0103');
    await page.locator('.counts', { hasText: /^1 findings/ }).waitFor();
    await page.locator('tbody tr', { hasText: 'Pod/bookinfo/stickers-v1' }).waitFor();
    await go(page, '#/flags');
    await page.getByLabel('Flags or words').fill('UF,URX');
    await page.locator('.counts', { hasText: /^2 of/ }).waitFor();
    await closed(opened);
  });

  test('reads aloud what has become different, and nothing else', async () => {
    const opened = await openPage(browser, `${root}about`);
    const { page } = opened;
    let isWell = true;
    await answerAsIf(page, /api\/v1\/ladder/, (body) =>
      isWell
        ? {
            ...body,
            verdict: 'ok',
            namespaces: [],
            rungs: body.rungs.map((rung: object) => ({ ...rung, verdict: 'ok' })),
          }
        : body,
    );
    await go(page, '#/');
    await page.locator('.verdict-line', { hasText: 'Every rung is passed.' }).waitFor();
    await asksAgain(page);
    assert.equal(await page.locator('#said').textContent(), '');
    isWell = false;
    await asksAgain(page);
    await page
      .locator('#said', { hasText: /^\d of 6 namespaces have something wrong\.$/ })
      .waitFor({ state: 'attached' });
    assert.equal(await page.locator('#said').getAttribute('aria-live'), 'polite');
    await closed(opened);
  });

  test('the keyboard reaches everything', async () => {
    const { page } = await open('');
    await page.locator('.rung').first().waitFor();
    // Nothing changes any more while it is walked through.
    await page.context().setOffline(true);
    await comeBack(page);
    await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor();
    const wanted = await page.locator('a[href]:visible, button:visible, summary:visible').allTextContents();
    assert.ok(wanted.length > 20);
    const missing = new Set(wanted);
    for (let presses = 0; presses < 150 && missing.size > 0; presses++) {
      await page.keyboard.press('Tab');
      const [text, outline] = await page.evaluate<[string, string]>(
        '[document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]',
      );
      if (missing.delete(text)) assert.notEqual(outline, 'none', `nobody sees that the focus is at ${text}`);
    }
    assert.deepEqual([...missing], []);
    await page.context().setOffline(false);
    await page.goto(root);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.id'), 'main');
    await page.close();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`fits 375 px, ${colorScheme}, and can be read by all`, async () => {
      const opened = await open('', { viewport: { width: 375, height: 800 }, colorScheme });
      for (const hash of VIEWS) {
        await go(opened.page, hash);
        const [wide, back] = await opened.page.evaluate<[number, string]>(
          '[document.documentElement.scrollWidth, getComputedStyle(document.body).backgroundColor]',
        );
        assert.ok(wide <= 375, `${hash} is ${wide} px wide`);
        assert.equal(back === 'rgb(255, 255, 255)', colorScheme === 'light', hash);
        assert.deepEqual(await pageFaults(opened.page), [], hash);
        const squeezed = '[...document.querySelectorAll("caption")].filter((each) => each.offsetHeight > 90).length';
        assert.equal(await opened.page.evaluate(squeezed), 0, `${hash} has a caption in a narrow column`);
      }
      await closed(opened);
    });
  }

  test('whatever the mesh calls its things, it is text', async () => {
    const opened = await openPage(browser, `${root}about`);
    const { page } = opened;
    await answerAsIf(
      page,
      /(api\/v1\/(ladder|findings|diff)|page\/(proxies|proxy|traffic|pair|counts)\.json)/,
      hostile,
    );
    const namespace = `#/namespace/${encodeURIComponent(`payment${MARKUP}`)}`;
    for (const hash of VIEWS.map((each) => (each === '#/namespace/payment' ? namespace : each))) {
      await go(page, hash);
      if (hash === REVIEWS) {
        await page.getByRole('button', { name: 'Ask both now' }).click();
        await page.locator('.diff .answer').waitFor();
      }
      const made =
        'main img, main script, main style, main iframe, main [onerror], main [style], main b, a[href^="javascript:"]';
      assert.equal(await page.locator(made).count(), 0, hash);
      if (hash !== '#/flags')
        assert.match((await page.locator('main').textContent()) ?? '', /<img src=x onerror=/, hash);
    }
    assert.equal(await page.evaluate('globalThis.hacked'), undefined);
    await closed(opened);
  });

  test('every answer carries what keeps a browser from doing more than it shows', async () => {
    const [about, findings] = await Promise.all(['about', 'page/main.js'].map((path) => fetch(`${root}${path}`)));
    const paths = [...((await about?.text()) ?? '').matchAll(/href="\.\/([^"]+)"/g)].map(([, path]) => path ?? '');
    assert.ok(paths.length > 8, paths.join(' '));
    assert.equal(findings?.status, 200);
    const asked = [
      '',
      'about',
      'page/main.js',
      'page/proxies.json',
      'runbooks/IstioProxyMissing',
      ...paths,
      'no-such-path',
      'api/v1/nothing',
    ];
    for (const path of [...asked, 'api/v1/ladder?pod=x', 'api/v1/diff?namespace=a&pod=%3Cb%3E']) {
      const answer = await fetch(`${root}${path}`, { signal: AbortSignal.timeout(PAGE_PATIENCE_MS) });
      const { headers } = answer;
      const policy = (headers.get('content-security-policy') ?? '').split('; ');
      for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"])
        assert.ok(policy.includes(rule), `${path}: ${rule}`);
      assert.doesNotMatch(policy.join(';'), /unsafe|\*|https?:|data:/, path);
      assert.deepEqual(
        [
          'x-content-type-options',
          'x-frame-options',
          'referrer-policy',
          'cache-control',
          'cross-origin-resource-policy',
        ].map((name) => headers.get(name)),
        ['nosniff', 'DENY', 'no-referrer', 'no-store', 'same-origin'],
        path,
      );
      await answer.body?.cancel();
    }
    const home = (await fetch(root)).headers.get('content-security-policy') ?? '';
    assert.match(home, /script-src 'self'; style-src 'self'/);
  });

  test('an answer that cannot be had now: why, in its words, and what was shown stays', async () => {
    const { page } = await open('');
    await page.locator('.rung').first().waitFor();
    const cases = [
      { status: 503, body: '{"error":"this replica stands by"}', says: /does not answer \(this replica stands by\)/ },
      { status: 502, body: '<html>bad gateway', says: /does not answer \(it answered 502\)/ },
    ];
    for (const { status, body, says } of cases) {
      await page.route(/api\/v1\/ladder/, (route) => route.fulfill({ status, body }));
      await asksAgain(page);
      await page.getByRole('alert').filter({ hasText: says }).waitFor();
      assert.equal(await page.locator('.ladder > li').count(), 11);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    }
    await page.close();
  });

  test('whom the exporter does not hear itself is named beside when it was heard', async () => {
    const { page } = await openPage(browser, `${root}about`);
    const isDown = (source: string) => ['istiod', 'kubernetes'].includes(source);
    await answerAsIf(page, /api\/v1\/status/, (body) => ({
      ...body,
      sources: body.sources.map((each: { source: string }) => ({ ...each, up: !isDown(each.source) })),
    }));
    await go(page, '#/flags');
    const line = page.locator('#freshness', {
      hasText: /exporter heard .* · live · down: (istiod, kubernetes|kubernetes, istiod)$/,
    });
    await line.locator('.dot.warning').waitFor();
    assert.deepEqual(await pageFaults(page), []);
    await page.close();
  });

  test('says loudly that the exporter does not answer, and when it was heard last', async () => {
    const { page } = await open('');
    await page.locator('#freshness', { hasText: /exporter heard \d\d:\d\d:\d\d UTC, \d+ s ago · live/ }).waitFor();
    await page.context().setOffline(true);
    await comeBack(page);
    await page.getByRole('alert').filter({ hasText: 'The exporter does not answer' }).waitFor();
    assert.match(
      (await page.getByRole('alert').textContent()) ?? '',
      /What you see is what it said at \d\d:\d\d:\d\d UTC/,
    );
    await page.locator('#freshness', { hasText: 'not answering' }).waitFor();
    await page.locator('.rung').first().waitFor();
    await page.context().setOffline(false);
    await comeBack(page);
    await page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor({ state: 'hidden' });
    await page.close();
  });
});
