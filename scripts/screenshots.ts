import { spawn } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findTool } from '../test/support/tools.ts';

/** Takes the picture of the status page for the README: the demo's incident, in a real Chromium. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PICTURE = `${ROOT}docs/images/page.png`;
const MAX_BYTES = 200_000;

const executablePath = findTool('chromium');
if (executablePath === undefined) throw new Error('no Chromium here: the Debian package chromium has it');
const demo = spawn(process.execPath, [`${ROOT}src/main.ts`, 'demo', '--listen', '127.0.0.1:0', '--speed', '2'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const address = await untilIncident();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1120, height: 720 }, colorScheme: 'light' });
    await page.goto(address);
    await page.locator('.stories li', { hasText: 'default-deny' }).waitFor();
    await mkdir(`${ROOT}docs/images`, { recursive: true });
    // Fonts and the first update have settled.
    await page.locator('#freshness', { hasText: 'live' }).waitFor();
    await page.screenshot({ path: PICTURE });
  } finally {
    await browser.close();
  }
} finally {
  demo.kill('SIGINT');
}
const { size } = await stat(PICTURE);
if (size > MAX_BYTES) throw new Error(`${PICTURE} has ${size} bytes, more than ${MAX_BYTES}`);
console.log(`${PICTURE}: ${size} bytes`);

/** Where the page is, once payment has been cut off for a while. */
async function untilIncident(): Promise<string> {
  let address = '';
  for await (const line of createInterface({ input: demo.stdout })) {
    address ||= /page\s+(http:\S+)/.exec(line)?.[1] ?? '';
    if (/no reconnect/.test(line)) return address;
  }
  throw new Error('the demo ended before the incident');
}
