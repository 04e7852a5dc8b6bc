import { readFileSync, writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { extract, type Header, pack } from 'tar-stream';

/** A real `istioctl bug-report` archive. */
export const REPORT: string = new URL('../fixtures/bundle/bug-report.tar.gz', import.meta.url).pathname;

export interface Entry {
  readonly path: string;
  readonly text: string;
  /** When it was written; that of the report where it is left out. */
  readonly at?: Date;
  /** In place of a file. */
  readonly type?: 'symlink' | 'directory' | 'fifo';
}

/** The entries of an archive, read whole by another reader than the one under test would be: in memory. */
export async function entriesOf(file: string): Promise<readonly Entry[]> {
  const tar = extract();
  const entries: Entry[] = [];
  const filled = pipeline([gunzipSync(readFileSync(file))], tar as unknown as NodeJS.WritableStream);
  for await (const entry of tar) {
    const pieces: Buffer[] = [];
    for await (const piece of entry) pieces.push(piece as Buffer);
    const { name, type, mtime } = entry.header;
    if (type === 'file')
      entries.push({ path: name, text: Buffer.concat(pieces).toString('utf8'), at: mtime ?? new Date(0) });
  }
  await filled;
  return entries;
}

/** Writes an archive of these entries; its plain bytes are given back. */
export async function writeArchive(file: string, entries: readonly Entry[], gzip = true): Promise<Buffer> {
  const tar = pack();
  const pieces: Buffer[] = [];
  const collected = (async () => {
    for await (const piece of tar) pieces.push(piece as Buffer);
  })();
  for (const { path, text, type = 'file', at = new Date('2026-11-21T03:24:20Z') } of entries) {
    const header: Partial<Header> & { readonly name: string } = { name: path, type, mtime: at };
    tar.entry(type === 'symlink' ? { ...header, linkname: '/etc/passwd' } : header, type === 'file' ? text : '');
  }
  tar.finalize();
  await collected;
  const bytes = Buffer.concat(pieces);
  writeFileSync(file, gzip ? gzipSync(bytes, { level: 1 }) : bytes);
  return bytes;
}

let report: Promise<readonly Entry[]> | undefined;
/** Two thirds of a report tell the ladder nothing, and take their time. */
const TELLING = /^cluster\/|\/syncz$|\/config_dump|\/clusters$|\/istio-proxy\.log$|^analyze\/|^versions$/;

/** The telling part of the real report with some of its entries changed or, where nothing comes back, left out. */
export async function changedReport(
  file: string,
  change: (entry: Entry) => Entry | undefined,
  more: readonly Entry[] = [],
): Promise<string> {
  report ??= entriesOf(REPORT);
  const telling = (await report).filter(({ path }) => TELLING.test(path));
  await writeArchive(file, [...telling.flatMap((entry) => change(entry) ?? []), ...more]);
  return file;
}
