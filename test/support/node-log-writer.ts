import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** The logs of one pod's proxy as a kubelet keeps them: CRI frames, rotation by rename, compression of older files. */
export interface NodeLogWriter {
  /** Access lines written so far. */
  written(): number;
  /** Writes whole access lines. */
  write(lines: number): void;
  /** Writes what a runtime writes of one line that is longer than its buffer: the first parts, without the last. */
  writeParts(parts: number): void;
  /** Writes the last part of such a line. */
  finishParts(): void;
  /** Writes the first half of a line, as a reader may find a file in the middle of a write. */
  writeHalf(): void;
  finishHalf(): void;
  /** Renames the file away and begins a new one. */
  rotate(): void;
  /** Compresses every rotated file but the newest, as the kubelet does. */
  compress(): void;
  /** Copies the log away and empties it in place, as logrotate's copytruncate. */
  copyTruncate(): void;
  /** The container starts anew: a log of its own. */
  restart(): void;
  /** The pod is gone, with all its logs. */
  remove(): void;
}

const ACCESS_LINE = (id: number): string =>
  `[2026-08-01T09:14:03.512Z] "GET /item/${id} HTTP/1.1" 200 - via_upstream - "-" 0 12 3 2 "-" "curl/8.5" "id-${id}" "shop:8080" "10.44.0.21:8080" outbound|8080|v1|shop.payment.svc.cluster.local 10.44.0.23:41234 10.96.0.21:8080 10.44.0.23:50000 - default`;

/** @param root the folder of all pods' logs @param pod `namespace/name` */
export function createNodeLogWriter(root: string, pod: string, uid = 'uid-1'): NodeLogWriter {
  const folder = join(root, `${pod.replace('/', '_')}_${uid}`);
  const container = join(folder, 'istio-proxy');
  mkdirSync(container, { recursive: true });
  let restarts = 0;
  let written = 0;
  let rotations = 0;
  let nanos = 0;
  let half = '';
  let parts: string[] = [];
  const file = (): string => join(container, `${restarts}.log`);
  const frame = (tag: 'F' | 'P', text: string): string =>
    `2026-08-01T09:14:04.${String(++nanos).padStart(9, '0')}Z stdout ${tag} ${text}\n`;
  const rotated = (): string[] =>
    readdirSync(container)
      .filter((name) => /\.log\.\d{8}-\d{6}$/.test(name))
      .sort();
  // A container that has written nothing has a log all the same.
  writeFileSync(file(), '', { flag: 'a' });
  return {
    written: () => written,
    write(lines) {
      let text = '';
      for (let line = 0; line < lines; line += 1) text += frame('F', ACCESS_LINE(++written));
      appendFileSync(file(), text);
    },
    writeParts(count) {
      const line = ACCESS_LINE(written + 1);
      const size = Math.ceil(line.length / (count + 1));
      parts = Array.from({ length: count + 1 }, (_, nth) => line.slice(nth * size, (nth + 1) * size));
      for (const part of parts.splice(0, count)) appendFileSync(file(), frame('P', part));
    },
    finishParts() {
      written += 1;
      appendFileSync(file(), frame('F', parts.join('')));
      parts = [];
    },
    writeHalf() {
      const line = frame('F', ACCESS_LINE(++written));
      half = line.slice(line.length / 2);
      appendFileSync(file(), line.slice(0, line.length / 2));
    },
    finishHalf() {
      appendFileSync(file(), half);
      half = '';
    },
    rotate() {
      rotations += 1;
      renameSync(file(), `${file()}.20260801-${String(rotations).padStart(6, '0')}`);
      writeFileSync(file(), '');
    },
    compress() {
      for (const name of rotated().slice(0, -1)) {
        const path = join(container, name);
        writeFileSync(`${path}.tmp`, gzipSync(readFileSync(path)));
        renameSync(`${path}.tmp`, `${path}.gz`);
        rmSync(path);
      }
    },
    copyTruncate() {
      writeFileSync(join(container, 'copy-of-the-log'), readFileSync(file()));
      truncateSync(file());
    },
    restart() {
      restarts += 1;
      writeFileSync(file(), '');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
