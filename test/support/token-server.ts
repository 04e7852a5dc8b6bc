import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real HTTP server that reviews tokens as kube-apiserver does, and keeps what it was asked. */
export interface TokenServer {
  readonly url: string;
  readonly asked: readonly { readonly path: string; readonly body: Readonly<Record<string, unknown>> }[];
  /** From now on it answers nothing but 500. */
  breakDown(): void;
  stop(): Promise<void>;
}

/** Whose a token is, and what they may get. */
export interface Bearer {
  readonly username: string;
  readonly paths: readonly string[];
  readonly audiences?: readonly string[];
}

interface Review {
  readonly kind: string;
  readonly spec: {
    readonly token?: string;
    readonly audiences?: readonly string[];
    readonly user?: string;
    readonly nonResourceAttributes?: { readonly path: string; readonly verb: string };
  };
}

export async function startTokenServer(bearers: Readonly<Record<string, Bearer>>): Promise<TokenServer> {
  const asked: { path: string; body: Readonly<Record<string, unknown>> }[] = [];
  let isBroken = false;
  const server = createServer(async (request, response) => {
    const body = await readJson(request);
    asked.push({ path: request.url ?? '', body });
    response.writeHead(isBroken ? 500 : 201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...body, status: statusOf(body as unknown as Review, bearers) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    breakDown: () => {
      isBroken = true;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function statusOf({ kind, spec }: Review, bearers: Readonly<Record<string, Bearer>>): object {
  if (kind === 'TokenReview') {
    const found = bearers[spec.token ?? ''];
    const audiences = (found?.audiences ?? ['https://kubernetes.default.svc']).filter(
      (one) => spec.audiences === undefined || spec.audiences.includes(one),
    );
    if (found === undefined || audiences.length === 0) return { authenticated: false, error: 'invalid bearer token' };
    return { authenticated: true, user: { username: found.username, groups: ['system:authenticated'] }, audiences };
  }
  const bearer = Object.values(bearers).find(({ username }) => username === spec.user);
  const { path = '', verb } = spec.nonResourceAttributes ?? {};
  return { allowed: verb === 'get' && (DISCOVERY.test(path) || (bearer?.paths.includes(path) ?? false)) };
}

/** What the role `system:discovery` lets whoever has any token get (Kubernetes "Using RBAC Authorization", API discovery roles). */
const DISCOVERY = /^\/((api|apis|openapi|version)(\/.*)?|healthz|livez|readyz)$/;

async function readJson(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Record<string, unknown>;
}
