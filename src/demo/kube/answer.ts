import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type Refusal, statusObject } from './refusal.ts';

type Headers = Readonly<Record<string, string>>;

/** What stands on every answer: an id, no caching, and which priority level served it. */
export function commonHeaders(): Headers {
  return {
    'Audit-Id': randomUUID(),
    'Cache-Control': 'no-cache, private',
    'X-Kubernetes-Pf-Flowschema-Uid': 'aa8fdad5-89a2-48f6-9d6d-bf8bbe2011d0',
    'X-Kubernetes-Pf-Prioritylevel-Uid': 'e130e9ee-0f96-4472-a7ca-f548584bf493',
  };
}

export function sendJson(response: ServerResponse, code: number, body: object, headers: Headers = {}): void {
  sendWhole(response, code, `${JSON.stringify(body)}\n`, { 'Content-Type': 'application/json', ...headers });
}

export function sendRefusal(response: ServerResponse, { body, headers }: Refusal): void {
  if ('text' in body) {
    sendWhole(response, body.code, body.text, { 'Content-Type': 'text/plain; charset=utf-8', ...headers });
    return;
  }
  sendJson(response, body.code, statusObject(body), headers);
}

function sendWhole(response: ServerResponse, code: number, text: string, headers: Headers): void {
  const body = Buffer.from(text);
  response.writeHead(code, { ...commonHeaders(), ...headers, 'Content-Length': body.length });
  response.end(body);
}

/** Opens an answer whose end is not known yet; its headers go out at once. */
export function openStream(response: ServerResponse, contentType: string): void {
  response.writeHead(200, { ...commonHeaders(), 'Content-Type': contentType });
  response.flushHeaders();
}
