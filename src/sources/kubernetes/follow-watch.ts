import type { InformerNeeds } from './informer-needs.ts';
import { KubeApiError } from './kube-api.ts';
import { createLineSplitter } from './line-splitter.ts';
import { readWatchEvent, type WatchEvent } from './watch-event.ts';
import { createWatchdog } from './watchdog.ts';

export interface WatchStart {
  readonly path: string;
  readonly version: string;
  /** How long silence is allowed, asked again after each sign of life. */
  readonly silenceMs: () => number;
  /** The server took the watch: what we hold is current. */
  readonly accepted: () => void;
  /** May throw to end the watch. */
  readonly take: (event: WatchEvent) => void;
}

/** An object is at most 1.5 MiB in etcd; JSON and managed fields may double it. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;
const METADATA_ONE = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

/**
 * Follows one watch to its end; resolves when the server closes it in good order.
 * @throws KubeApiError when it is refused, breaks, or falls silent
 */
export async function followWatch<T>(needs: InformerNeeds<T>, start: WatchStart, outer: AbortSignal): Promise<void> {
  const watchdog = createWatchdog(outer, start.silenceMs(), (afterMs) => silence(needs.label, afterMs));
  const splitter = createLineSplitter(MAX_LINE_BYTES);
  try {
    const chunks = await needs.api.stream(start.path, queryOf(needs, start.version), watchdog.signal, {
      ...(needs.metadataOnly && { accept: METADATA_ONE }),
      onlyJson: true,
    });
    start.accepted();
    for await (const chunk of chunks) {
      for (const line of splitter.push(chunk)) start.take(readWatchEvent(line));
      watchdog.heard(start.silenceMs());
    }
  } finally {
    watchdog.stop();
  }
  if (splitter.pendingBytes() === 0) return;
  throw new KubeApiError({ code: 'truncated', detail: `watch of ${needs.label}: it ended within a line` });
}

function queryOf<T>({ query, timing, random }: InformerNeeds<T>, version: string): Record<string, string> {
  const { limit: _limit, ...selectors } = query;
  return {
    ...selectors,
    watch: 'true',
    allowWatchBookmarks: 'true',
    // Spread, so that watches begun together do not all end together.
    timeoutSeconds: String(Math.max(1, Math.round(timing.watchSeconds * (0.9 + 0.2 * random())))),
    resourceVersion: version,
  };
}

function silence(label: string, afterMs: number): KubeApiError {
  const seconds = Math.round(afterMs / 1000);
  return new KubeApiError({ code: 'timeout', afterMs, detail: `watch of ${label}: not a byte for ${seconds} s` });
}
