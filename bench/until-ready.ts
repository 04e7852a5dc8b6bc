import { setTimeout as sleep } from 'node:timers/promises';
import { timedGet } from './load/request.ts';

const READY_PATIENCE_MS = 120_000;

/** Waits until the exporter of this URL is ready. @throws Error when it is not in two minutes */
export async function untilReady(url: string): Promise<void> {
  for (const untilMs = Date.now() + READY_PATIENCE_MS; Date.now() < untilMs; await sleep(50)) {
    const { status } = await timedGet(`${url}/-/ready`);
    if (status === 200) return;
  }
  throw new Error(`the exporter is not ready after ${READY_PATIENCE_MS / 1000} s`);
}
