import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setInterval } from 'node:timers';
import { RENDERERS } from '../access-log/logged-request.ts';
import { createTraffic } from '../access-log/traffic.ts';

export interface NodeTraffic {
  /** Lines written so far. */
  lines(): number;
  stop(): void;
}

const WRITE_EVERY_MS = 100;

/** The logs of a node's proxies under `root`, as a kubelet keeps them, written to so many times a second in all. */
export function startNodeTraffic(root: string, pods: number, linesPerSecond: number): NodeTraffic {
  const files = Array.from({ length: pods }, (_, nth) => logFile(root, nth));
  for (const file of files) appendFileSync(file, '');
  const next = createTraffic(1);
  const startedMs = performance.now();
  let written = 0;
  let turn = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedMs) / 1000) * linesPerSecond) - written;
    const texts = new Map<string, string>();
    for (let line = 0; line < due; line += 1) {
      turn = (turn + 1) % files.length;
      const file = files[turn] ?? '';
      texts.set(file, (texts.get(file) ?? '') + RENDERERS.cri(next()));
    }
    for (const [file, text] of texts) appendFileSync(file, text);
    written += due;
  }, WRITE_EVERY_MS);
  return { lines: () => written, stop: () => clearInterval(timer) };
}

function logFile(root: string, nth: number): string {
  const pod = `shop_service-${String(nth).padStart(3, '0')}-5c7d8e9f6b-qw4rt_uid-${nth}`;
  const folder = join(root, pod, 'istio-proxy');
  mkdirSync(folder, { recursive: true });
  return join(folder, '0.log');
}
