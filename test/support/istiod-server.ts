import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as the server saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A real server on loopback that answers istiod's paths as a test says. */
export interface IstiodServer {
  readonly url: string;
  readonly port: number;
  readonly seen: SeenRequest[];
  /** Replaces what a path answers; a path without an answer is 404. */
  on(path: string, answer: Answer): void;
  stop(): Promise<void>;
}

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

export async function startIstiodServer(answers: Readonly<Record<string, Answer>> = {}): Promise<IstiodServer> {
  const paths = new Map(Object.entries(answers));
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    seen.push({ path, authorization: request.headers.authorization });
    const answer = paths.get(path);
    if (answer === undefined) response.writeHead(404).end('404 page not found\n');
    else answer(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    on: (path, answer) => void paths.set(path, answer),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers a JSON value. */
export function json(value: unknown): Answer {
  return (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Answers a text, with a status. */
export function text(body: string, status = 200): Answer {
  return (response) => response.writeHead(status).end(body);
}
