import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { access, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { FORMATS, type LogFormat, RENDERERS } from './logged-request.ts';
import { createTraffic } from './traffic.ts';

export type LogFiles = Readonly<Record<LogFormat, string>>;

const WRITE_AT_BYTES = 1 << 20;

/** The same traffic as text, as text in CRI frames and as JSON. Files that are there already are not made again. */
export async function makeLogFiles(folder: string, lines: number, seed: number): Promise<LogFiles> {
  await mkdir(folder, { recursive: true });
  const name = (format: LogFormat): string => join(folder, `access-${lines}-lines-seed-${seed}.${format}.log`);
  const files: LogFiles = { text: name('text'), cri: name('cri'), json: name('json') };
  const missing = await Promise.all(FORMATS.map((format) => access(files[format]).catch(() => format)));
  if (missing.some((format) => format !== undefined)) {
    console.log(`writing ${lines} lines as text, CRI and JSON to ${folder}`);
    await writeFiles(files, lines, seed);
  }
  return files;
}

async function writeFiles(files: LogFiles, lines: number, seed: number): Promise<void> {
  const next = createTraffic(seed);
  const writers = FORMATS.map((format) => ({
    render: RENDERERS[format],
    fd: openSync(`${files[format]}.half`, 'w'),
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
  for (const format of FORMATS) await rename(`${files[format]}.half`, files[format]);
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
