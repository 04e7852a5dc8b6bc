import { setTimeout as sleep } from 'node:timers/promises';
import { timedGet } from '../load/request.ts';
import { median } from '../timing.ts';
import { untilReady } from '../until-ready.ts';
import type { ExporterProcess } from './exporter-process.ts';

/** What an exporter needs, once it runs as it will for days. */
export interface Needs {
  readonly residentBytes: number;
  readonly peakBytes: number;
  /** Cores: 0.05 is a twentieth of one. */
  readonly cores: number;
  readonly series: number;
  readonly scrapeBytes: number;
}

/** As Prometheus scrapes by default in most installations. */
const SCRAPE_EVERY_MS = 15_000;
const SAMPLE_EVERY_MS = 1_000;

/** Watches one for some minutes, with the scrapes of one Prometheus. @throws Error when it does not become ready */
export async function watch(exporter: ExporterProcess, minutes: number): Promise<Needs> {
  await untilReady(exporter.url);
  const [startedMs, startedWith] = [performance.now(), exporter.usage()];
  const resident: number[] = [];
  let body = Buffer.alloc(0);
  let nextScrapeMs = startedMs;
  for (const untilMs = startedMs + minutes * 60_000; performance.now() < untilMs; await sleep(SAMPLE_EVERY_MS)) {
    resident.push(exporter.usage().residentBytes);
    if (performance.now() < nextScrapeMs) continue;
    nextScrapeMs += SCRAPE_EVERY_MS;
    body = Buffer.from((await timedGet(`${exporter.url}/metrics`, { 'Accept-Encoding': 'gzip' })).body);
  }
  const usage = exporter.usage();
  const plain = (await timedGet(`${exporter.url}/metrics`)).body.toString();
  return {
    residentBytes: median(resident),
    peakBytes: usage.peakBytes,
    cores: (usage.cpuSeconds - startedWith.cpuSeconds) / ((performance.now() - startedMs) / 1000),
    series: plain.match(/^[^#\n]/gm)?.length ?? 0,
    scrapeBytes: body.length,
  };
}
