import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a route says; how it is sent is the same for all. */
export interface Answer {
  readonly status: number;
  /** The whole Content-Type. */
  readonly type: string;
  /** Parts are sent one after the other. */
  readonly body: string | Buffer | readonly Buffer[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Takes over after the headers, and ends the response when it likes: for what has no end of its own. */
  readonly feed?: (response: ServerResponse) => void;
}

/** One path of the server. Answers depend on the path and these few things only; nothing else of a request is read. */
export interface Route {
  readonly path: string;
  /** For the landing page; absent for aliases. */
  readonly about?: string;
  answer(asked: Asked): Answer | Promise<Answer>;
}

export interface Asked {
  readonly acceptsGzip: boolean;
  /** What stands behind the question mark. */
  readonly query: URLSearchParams;
}

/** Before the first question mark of a request's target. */
export function pathOf(url: string | undefined): string {
  return (url ?? '').split('?', 1)[0] ?? '';
}

/** Behind the first question mark of a request's target. */
export function queryOf(url: string | undefined): URLSearchParams {
  const [, ...query] = (url ?? '').split('?');
  return new URLSearchParams(query.join('?'));
}

export function textAnswer(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}

export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value)}\n` };
}

/** Nothing we serve may be framed, sniffed, cached or load anything from anywhere. */
const SAFE: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** What the server adds to every answer. */
export interface Sending {
  /** The connection is closed after it: the server stops. It is too where the request had a body, which nobody reads. */
  readonly last: boolean;
  /** In place of our own, but not of those an answer sets itself. */
  readonly headers: Readonly<Record<string, string>>;
}

export function bytesOf(body: Answer['body']): number {
  return isWhole(body) ? Buffer.byteLength(body) : body.reduce((sum, part) => sum + part.length, 0);
}

function isWhole(body: Answer['body']): body is string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body);
}

/** Sends an answer whole; to HEAD its headers alone. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer, sending: Sending): void {
  const { body } = answer;
  response.writeHead(answer.status, {
    ...SAFE,
    ...sending.headers,
    'Content-Type': answer.type,
    ...(answer.feed === undefined && { 'Content-Length': bytesOf(body) }),
    ...(sending.last || hasBody(request) ? { Connection: 'close' } : {}),
    ...answer.headers,
  });
  if (answer.feed !== undefined && request.method !== 'HEAD') answer.feed(response);
  else if (request.method === 'HEAD') response.end();
  else sendBody(response, isWhole(body) ? [body] : body);
}

/** In one go as far as the connection takes it; parts are not copied. */
function sendBody(response: ServerResponse, parts: readonly (string | Buffer)[]): void {
  response.cork();
  for (const part of parts) response.write(part);
  response.end();
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Whether `Accept-Encoding` names gzip, or everything, without forbidding it by `q=0`. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const codings = String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';').map((piece) => piece.trim()));
  const named = codings.find(([coding]) => coding === 'gzip') ?? codings.find(([coding]) => coding === '*');
  return named !== undefined && !named.slice(1).some((parameter) => /^q=0(\.0*)?$/.test(parameter));
}
