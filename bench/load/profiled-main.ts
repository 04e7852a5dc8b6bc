import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NodeGCPerformanceDetail, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import process from 'node:process';
import { monotonicMs, PROFILE_FILE, type Profile } from './event-loop.ts';

/** The probed program, and in the exporter a profiler too, which itself takes some percent of the thread's time. */
const SAMPLE_EVERY_MICROSECONDS = 500;

if (process.argv[2] === 'serve') profileUntilExit(join(tmpdir(), PROFILE_FILE));
await import('./probed-main.ts');

function profileUntilExit(file: string): void {
  const collections = watchCollector();
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_MICROSECONDS });
  session.post('Profiler.start');
  process.once('exit', () => {
    session.post('Profiler.stop', (error, { profile }) => {
      if (error === null) writeFileSync(file, JSON.stringify({ cpu: profile, collections } satisfies Profile));
    });
  });
}

function watchCollector(): Profile['collections'] {
  const aheadMs = monotonicMs() - performance.now();
  const collections: Profile['collections'][number][] = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration, detail } of list.getEntries() as Collection[]) {
      collections.push({ startedAtMs: startTime + aheadMs, ms: duration, kind: detail.kind });
    }
  }).observe({ entryTypes: ['gc'] });
  return collections;
}

interface Collection extends PerformanceEntry {
  readonly detail: NodeGCPerformanceDetail;
}
