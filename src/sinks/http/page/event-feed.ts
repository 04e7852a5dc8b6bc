import type { ServerResponse } from 'node:http';
import { jsonAnswer, type Route } from '../answer.ts';

export interface EventFeedOptions {
  /** Calls back whenever something of the mesh is new; returns how to stop. */
  onChange(listener: () => void): () => void;
  /** What an event says it is of; RFC 3339. */
  moment(): string;
  readonly maxClients?: number;
  readonly gapMs?: number;
  readonly heartbeatMs?: number;
}

/** `/api/v1/events` (docs/api.md). */
export interface EventFeed {
  readonly route: Route;
  /** Ends every stream; who comes later is told to come back. */
  close(): void;
}

/** A client that has left so much unread is gone, or asleep. */
const MAX_UNREAD_BYTES = 16 * 1024;

/** Says, as server-sent events, that there is something new: not what, and at most once in `gapMs`. */
export function createEventFeed(options: EventFeedOptions): EventFeed {
  const { maxClients = 64, gapMs = 1000, heartbeatMs = 15_000 } = options;
  const clients = new Set<ServerResponse>();
  let closed = false;
  const send = (client: ServerResponse, text: string): void => {
    if (client.writableLength > MAX_UNREAD_BYTES) client.destroy();
    else client.write(text);
  };
  const event = (): string => `event: snapshot\ndata: ${JSON.stringify({ at: options.moment() })}\n\n`;
  const tellAll = (text: string): void => {
    for (const client of clients) send(client, text);
  };
  const paced = atMostOnceIn(gapMs, () => tellAll(event()));
  const unsubscribe = options.onChange(() => {
    if (clients.size > 0) paced.call();
  });
  // Tells proxies on the way, and us, whether anyone is still there.
  const heartbeat = setInterval(() => tellAll(': still here\n\n'), heartbeatMs).unref();
  const take = (client: ServerResponse): void => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    // A client that breaks off is no failure of ours.
    client.on('error', () => client.destroy());
    send(client, `retry: 3000\n\n${event()}`);
  };
  return {
    route: {
      path: '/api/v1/events',
      about: 'one line whenever there is something new, as server-sent events',
      answer: () =>
        closed || clients.size >= maxClients
          ? { ...jsonAnswer(503, { error: closed ? 'the server stops' : tooMany(maxClients) }), headers: LATER }
          : { status: 200, type: 'text/event-stream; charset=utf-8', body: '', feed: take },
    },
    close: () => {
      closed = true;
      unsubscribe();
      paced.stop();
      clearInterval(heartbeat);
      for (const client of clients) client.end();
    },
  };
}

const LATER = { 'Retry-After': '30' };

function tooMany(maxClients: number): string {
  return `${maxClients} clients listen already; ask /api/v1/ladder every few seconds instead`;
}

interface Paced {
  call(): void;
  stop(): void;
}

/** Calls at once, or as soon as the gap after the last call is over: the last of many is never lost. */
function atMostOnceIn(gapMs: number, act: () => void): Paced {
  let lastMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const run = (): void => {
    timer = undefined;
    lastMs = performance.now();
    act();
  };
  return {
    call: () => {
      timer ??= setTimeout(run, Math.max(0, lastMs + gapMs - performance.now())).unref();
    },
    stop: () => clearTimeout(timer),
  };
}
