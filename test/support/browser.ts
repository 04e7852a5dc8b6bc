import { readFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** How long a page may take for anything: it asks again after a quarter of a minute where an answer takes longer. */
export const PAGE_PATIENCE_MS = 90_000;

/** A real Chromium, ended with the test. */
export async function startBrowser(context: TestContext, executablePath: string): Promise<Browser> {
  // Containers have no user namespaces and little shared memory; only our own page is loaded.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  context.after(() => browser.close());
  return browser;
}

/** What went wrong while a page was open. */
export interface Troubles {
  /** Console errors and warnings, and errors nobody caught. */
  readonly said: readonly string[];
  /** Requests to anybody but the origin. */
  readonly strangers: readonly string[];
}

export async function openPage(
  browser: Browser,
  url: URL | string,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly troubles: Troubles }> {
  const page = await browser.newPage(options);
  page.setDefaultTimeout(PAGE_PATIENCE_MS);
  const said: string[] = [];
  const strangers: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) said.push(message.text());
  });
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) strangers.push(request.url());
  });
  await page.goto(String(url));
  return { page, troubles: { said, strangers } };
}

const AUDIT = new URL('./page-audit.js', import.meta.url);

/** What a reader who cannot see the page, or sees it badly, would stumble over; empty where nothing is. */
export async function pageFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(`globalThis.pageFaults ?? (() => {${await readFile(AUDIT, 'utf8')}})()`);
  return page.evaluate<readonly string[]>('pageFaults()');
}
