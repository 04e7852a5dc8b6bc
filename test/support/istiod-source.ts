import assert from 'node:assert/strict';
import { epochSeconds } from '../../src/model/brand.ts';
import type { ControlPlane } from '../../src/model/control-plane.ts';
import type { SourceError } from '../../src/model/source-error.ts';
import type { Pod } from '../../src/model/workload.ts';
import { AskError } from '../../src/sources/istiod/ask-error.ts';
import { createIstiodSource, type IstiodSourceOptions } from '../../src/sources/istiod/source.ts';
import type { Clock, PollReport, Scheduler } from '../../src/sources/source.ts';

/** A running source whose polls come when the test says so. */
export interface RunningIstiodSource {
  readonly published: ControlPlane[];
  readonly reports: PollReport[];
  /** `LEVEL MESSAGE {FIELDS}`. */
  readonly logged: string[];
  intervalMs(): number;
  poll(): Promise<void>;
  stop(): Promise<void>;
}

export function startIstiodSource(
  options: Partial<IstiodSourceOptions> & Pick<IstiodSourceOptions, 'discovery'>,
  clock: Clock,
): RunningIstiodSource {
  const stop = new AbortController();
  let task: (signal: AbortSignal) => Promise<void> = () => assert.fail('not scheduled');
  let interval = (): number => assert.fail('not scheduled');
  const scheduler: Scheduler = {
    async repeat(_name, intervalMs, run, signal) {
      task = run;
      interval = intervalMs;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  };
  const published: ControlPlane[] = [];
  const reports: PollReport[] = [];
  const logged: string[] = [];
  const write = (level: string) => (fields: object, message: string) =>
    void logged.push(`${level} ${message} ${JSON.stringify(fields)}`);
  const source = createIstiodSource({
    scheduler,
    pace: () => 'normal',
    intervalMs: 10_000,
    fastIntervalMs: 3_000,
    timeoutMs: 2_000,
    ...options,
  });
  const ended = source.run(
    {
      publish: (value) => void published.push(value),
      report: (report) => void reports.push(report),
      clock,
      log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    },
    stop.signal,
  );
  return {
    published,
    reports,
    logged,
    intervalMs: () => interval(),
    poll: () => task(stop.signal),
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

/** A pod of istiod on loopback, whose debug port is this one. */
export function istiodPod(name: string, port: number, more: Partial<Pod> = {}): Pod {
  return {
    namespace: 'istio-system',
    name,
    uid: name,
    labels: { app: 'istiod' },
    annotations: { 'prometheus.io/port': String(port) },
    ips: ['127.0.0.1'],
    hostNetwork: false,
    phase: 'Running',
    ready: true,
    terminating: false,
    createdAt: epochSeconds(10),
    serviceAccount: 'istiod',
    ports: [],
    ...more,
  };
}

/** Why an istiod could not be asked. */
export async function askFailure(asked: Promise<unknown>): Promise<SourceError> {
  try {
    await asked;
  } catch (error) {
    assert.ok(error instanceof AskError, String(error));
    return error.reason;
  }
  assert.fail('it did not fail');
}
