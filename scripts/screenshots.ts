import { spawn } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { findTool } from './find-tool.ts';

/** Takes the pictures of the status page for the README: the demo's incident, in a real Chromium. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = `${ROOT}docs/images`;
const MAX_BYTES = 200_000;

interface Picture {
  readonly name: string;
  /** What stands behind the `#`. */
  readonly place: string;
  /** In the page once it is worth a picture. */
  readonly shows: string;
  readonly size: { readonly width: number; readonly height: number };
}

const PICTURES: readonly Picture[] = [
  { name: 'page', place: '/', shows: 'default-deny', size: { width: 1120, height: 720 } },
  {
    name: 'proxy',
    place: '/proxy/payment/payment-svc-v1-6d8f9b7c5d-2xkqp',
    shows: 'default-deny added',
    size: { width: 1120, height: 780 },
  },
];

const executablePath = findTool('chromium');
if (executablePath === undefined) throw new Error('no Chromium here: the Debian package chromium has it');
const demo = spawn(process.execPath, [`${ROOT}src/main.ts`, 'demo', '--listen', '127.0.0.1:0', '--speed', '2'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const address = await untilIncident();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    await mkdir(FOLDER, { recursive: true });
    for (const picture of PICTURES) await take(picture, browser, address);
  } finally {
    await browser.close();
  }
} finally {
  demo.kill('SIGINT');
}

async function take({ name, place, shows, size: viewport }: Picture, browser: Browser, address: string): Promise<void> {
  const page = await browser.newPage({ viewport, colorScheme: 'light' });
  await page.goto(`${address}#${place}`);
  await page.locator('main', { hasText: shows }).waitFor();
  // Fonts and the first update have settled.
  await page.locator('#freshness', { hasText: 'live' }).waitFor();
  const path = `${FOLDER}/${name}.png`;
  await page.screenshot({ path });
  await page.close();
  const { size } = await stat(path);
  if (size > MAX_BYTES) throw new Error(`${path} has ${size} bytes, more than ${MAX_BYTES}`);
  console.log(`${path}: ${size} bytes`);
}

/** Where the page is, once payment has been cut off for a while. */
async function untilIncident(): Promise<string> {
  let address = '';
  for await (const line of createInterface({ input: demo.stdout })) {
    address ||= /page\s+(http:\S+)/.exec(line)?.[1] ?? '';
    if (/no reconnect/.test(line)) return address;
  }
  throw new Error('the demo ended before the incident');
}
