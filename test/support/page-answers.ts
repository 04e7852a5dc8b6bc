import type { Page } from 'playwright-core';
import { PAGE_PATIENCE_MS } from './browser.ts';

// biome-ignore lint/suspicious/noExplicitAny: JSON of several kinds, of which a test changes a key or two
type Body = any;

/** The server's answers to these paths reach the page changed. */
export async function answerAsIf(page: Page, path: RegExp, change: (body: Body) => unknown): Promise<void> {
  await page.route(path, async (route) => {
    const response = await route.fetch({ timeout: PAGE_PATIENCE_MS });
    await route.fulfill({ response, json: change(await response.json()) });
  });
}

/** What would be an image, a script and bold text, were it not taken as text. */
export const MARKUP = `"><img src=x onerror="hacked=1"><script>hacked=1</script><b>'`;
/** Words by which the page decides how to show something: nobody in the mesh chooses them. */
const OURS: ReadonlySet<string> = new Set(['verdict', 'state', 'id', 'level', 'of', 'from', 'to', 'kind', 'section']);

/** The same document, as if everything in the mesh had markup in its name. */
export function hostile(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => hostile(each, key));
  if (typeof value === 'string') return OURS.has(key) || isTime(value) ? value : `${value}${MARKUP}`;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, hostile(each, name)]));
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT/.test(text);
}
