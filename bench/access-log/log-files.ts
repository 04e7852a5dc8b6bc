import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { access, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../random.ts';
import { forgedLine } from './forged-line.ts';
import { FORMATS, type LogFormat, type LoggedRequest, RENDERERS } from './logged-request.ts';
import { createTraffic } from './traffic.ts';

/** `hostile`: text of which every fifth line, at random, is forged, damaged or no access line at all. */
export type LogName = LogFormat | 'hostile';
export const LOGS: readonly LogName[] = [...FORMATS, 'hostile'];
export type LogFiles = Readonly<Record<LogName, string>>;

const WRITE_AT_BYTES = 1 << 20;

/** The same traffic in each log. Files that are there already are not made again. */
export async function makeLogFiles(folder: string, lines: number, seed: number): Promise<LogFiles> {
  await mkdir(folder, { recursive: true });
  const name = (log: LogName): string => join(folder, `access-${lines}-lines-seed-${seed}.${log}.log`);
  const files: LogFiles = { text: name('text'), cri: name('cri'), json: name('json'), hostile: name('hostile') };
  const missing = await Promise.all(LOGS.map((log) => access(files[log]).catch(() => log)));
  if (missing.some((log) => log !== undefined)) {
    console.log(`writing ${lines} lines as ${LOGS.join(', ')} to ${folder}`);
    await writeFiles(files, lines, seed);
  }
  return files;
}

async function writeFiles(files: LogFiles, lines: number, seed: number): Promise<void> {
  const next = createTraffic(seed);
  const renderers = { ...RENDERERS, hostile: hostileRenderer(seed) };
  const writers = LOGS.map((log) => ({
    render: renderers[log],
    fd: openSync(`${files[log]}.half`, 'w'),
    waiting: '',
  }));
  for (let line = 0; line < lines; line++) {
    const request = next();
    for (const writer of writers) {
      writer.waiting += writer.render(request);
      if (writer.waiting.length < WRITE_AT_BYTES && line < lines - 1) continue;
      writeSync(writer.fd, writer.waiting);
      writer.waiting = '';
    }
  }
  for (const { fd } of writers) closeSync(fd);
  for (const log of LOGS) await rename(`${files[log]}.half`, files[log]);
}

function hostileRenderer(seed: number): (request: LoggedRequest) => string {
  const random = createRandom(seed + 1);
  return (request) => {
    const line = RENDERERS.text(request);
    return random.below(5) === 0 ? forgedLine(line, random) : line;
  };
}

/** Reads a file once, so that what is timed is work and not the disk. Returns its bytes. */
export function warm(path: string): number {
  const fd = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(WRITE_AT_BYTES);
  let bytes = 0;
  for (let length = readSync(fd, chunk); length > 0; length = readSync(fd, chunk)) bytes += length;
  closeSync(fd);
  return bytes;
}
