import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ContainerLog } from '../kube/log-stream.ts';
import { frameLine } from './cri.ts';

/** The log of one container, written as kubelet and container runtime do it. */
export interface LogWriter extends ContainerLog {
  /** Writes lines (without newlines) at once. */
  write(lines: readonly string[]): void;
  /** Lines written so far; a broken one counts once. */
  lines(): number;
  /** Waits for the compression under way, and closes the file. */
  close(): Promise<void>;
}

export interface LogWriterOptions {
  /** `…/NAMESPACE_POD_UID/istio-proxy/0.log`. */
  readonly file: string;
  /** A file this large is renamed away, as often as the kubelet looks at it. */
  readonly rotateAtBytes: number;
  readonly now: () => number;
}

/** Every so many lines, one comes in two pieces. */
const BREAK_EVERY_LINES = 97;
/**
 * The kubelet's containerLogMonitorInterval. Any faster, and a file may come, go and be compressed between two looks of
 * a reader that the machine keeps waiting.
 */
const ROTATE_EVERY_MS = 10_000;
/** Rotated files kept beside the current one (kubelet containerLogMaxFiles is 5). */
const KEPT_ROTATED = 4;

export function createLogWriter({ file, rotateAtBytes, now }: LogWriterOptions): LogWriter {
  mkdirSync(dirname(file), { recursive: true });
  const listeners = new Set<() => void>();
  let descriptor = openSync(file, 'a');
  let bytes = 0;
  let lines = 0;
  let rotatedAtMs = 0;
  let tidying: Promise<void> = Promise.resolve();

  const rotate = (atMs: number): void => {
    closeSync(descriptor);
    const older = rotatedFiles(file);
    renameSync(file, `${file}.${stamp(atMs)}`);
    descriptor = openSync(file, 'a');
    bytes = 0;
    rotatedAtMs = atMs;
    tidying = tidying.then(() => tidy(file, older)).catch(() => undefined);
  };
  return {
    file,
    write(batch) {
      const atMs = now();
      if (bytes >= rotateAtBytes && atMs - rotatedAtMs >= ROTATE_EVERY_MS) rotate(atMs);
      const framed = batch.map((line) => {
        lines += 1;
        return frameLine(line, { atMs, breakAt: lines % BREAK_EVERY_LINES === 0 ? Math.floor(line.length / 2) : 0 });
      });
      bytes += writeSync(descriptor, framed.join(''));
      for (const listener of listeners) listener();
    },
    lines: () => lines,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closeSync(descriptor);
      await tidying;
    },
  };
}

/** `20261121-030712`, as the kubelet names a rotated file. */
function stamp(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-');
}

/** Those rotated before and not yet compressed. */
function rotatedFiles(file: string): string[] {
  const folder = dirname(file);
  return readdirSync(folder)
    .filter((name) => /\.log\.\d{8}-\d{6}$/.test(name))
    .map((name) => join(folder, name));
}

/** Compresses what was rotated before, and drops the oldest, as the kubelet does at the next rotation. */
async function tidy(file: string, older: readonly string[]): Promise<void> {
  for (const path of older) {
    await writeFile(`${path}.tmp`, await promisify(gzip)(await readFile(path)));
    await rename(`${path}.tmp`, `${path}.gz`);
    await rm(path);
  }
  const folder = dirname(file);
  const packed = readdirSync(folder).filter((name) => name.endsWith('.gz'));
  for (const name of packed.sort().slice(0, -KEPT_ROTATED)) rmSync(join(folder, name));
}
