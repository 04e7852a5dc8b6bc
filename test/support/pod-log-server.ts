import type { ServerResponse } from 'node:http';
import { type FakeKubeApi, type SeenRequest, status } from './fake-kube-api.ts';

/** The log of one pod as the API serves it with `follow` and `timestamps`: whole lines, each behind its time. */
export interface PodLogServer {
  /** Lines written so far. */
  written(): number;
  /** Writes access lines; every third bears the same nanosecond as the one before. */
  write(lines: number): void;
  /** Sends only so many bytes of what is written, then cuts the connection: of the next stream that asks. */
  breakNextAfter(bytes: number): void;
  /** Cuts every open stream. */
  cut(): void;
  /** Ends every open stream in good order, as when the container ends or the API server restarts. */
  end(): void;
  /** The container starts anew: its log begins anew, and the one before is had with `previous`. */
  restart(): void;
  /** Takes no notice of what is written, for the streams that are open: as kubelets did after a rotation. */
  goSilent(): void;
  open(): number;
}

const ACCESS_LINE = (id: number): string =>
  `[2026-08-01T09:14:03.512Z] "GET /item/${id} HTTP/1.1" 503 UH no_healthy_upstream - "-" 0 19 0 - "-" "curl" "id-${id}" "shop:8080" "-" outbound|8080||shop.payment.svc.cluster.local - 10.96.0.21:8080 10.44.0.23:50000 - default`;

interface WrittenLine {
  readonly at: number;
  readonly text: string;
}

/** @param firstSecond the first line's time, RFC 3339 to the second, without its Z */
export function servePodLog(api: FakeKubeApi, path: string, firstSecond: string): PodLogServer {
  let lines: WrittenLine[] = [];
  let previous: readonly WrittenLine[] | undefined;
  let written = 0;
  const streams = new Set<ServerResponse>();
  const startMs = Date.parse(`${firstSecond}Z`);
  let breakAfter: number | undefined;
  let nanos = 0;
  api.always(path, (request: SeenRequest, response: ServerResponse) => {
    const { query } = request;
    // Whole seconds, as the API server takes them.
    const since = Math.floor(Date.parse(query.get('sinceTime') ?? '1970-01-01T00:00:00Z') / 1000) * 1000;
    const isPrevious = query.get('previous') === 'true';
    if (isPrevious && previous === undefined) {
      status(400, 'previous terminated container "istio-proxy" not found', 'BadRequest')(request, response);
      return;
    }
    const text = (isPrevious ? (previous ?? []) : lines).filter(({ at }) => at >= since).map((line) => line.text);
    response.writeHead(200, { 'content-type': 'text/plain' });
    const bytes = Buffer.from(text.join(''));
    if (breakAfter !== undefined) {
      response.write(bytes.subarray(0, breakAfter), () => response.destroy());
      breakAfter = undefined;
      return;
    }
    if (isPrevious) {
      response.end(bytes);
      return;
    }
    response.write(bytes);
    streams.add(response);
    response.on('close', () => streams.delete(response));
  });
  return {
    written: () => written,
    write(count) {
      const fresh = Array.from({ length: count }, (_, nth) => {
        if (nth % 3 !== 1) nanos += 170_000_000;
        const ms = Math.floor(nanos / 1e6);
        const second = new Date(startMs + ms).toISOString().slice(0, 19);
        const fraction = String(nanos % 1e9).padStart(9, '0');
        return { at: startMs + ms, text: `${second}.${fraction}Z ${ACCESS_LINE(written + nth)}\n` };
      });
      lines.push(...fresh);
      written += count;
      for (const stream of streams) stream.write(fresh.map(({ text }) => text).join(''));
    },
    breakNextAfter(bytes) {
      breakAfter = bytes;
    },
    cut() {
      for (const stream of streams) stream.destroy();
    },
    end() {
      for (const stream of streams) stream.end();
      streams.clear();
    },
    restart() {
      previous = lines;
      lines = [];
      for (const stream of streams) stream.end();
      streams.clear();
    },
    goSilent: () => streams.clear(),
    open: () => streams.size,
  };
}
