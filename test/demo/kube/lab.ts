import type { TestContext } from 'node:test';
import type { User } from '../../../src/demo/kube/access.ts';
import type { NewObject } from '../../../src/demo/kube/object.ts';
import type { PodPorts } from '../../../src/demo/kube/pod-ports.ts';
import { type KubeServer, type NodeLogFiles, startKubeServer } from '../../../src/demo/kube/server.ts';
import { createObjectStore, type ObjectStore } from '../../../src/demo/kube/store.ts';

export const ALL = 'all-token';
export const NOBODY = 'nobody-token';

/** An API server with the namespace `lab` of the recordings, and somebody who may do everything. */
export interface Lab {
  readonly store: ObjectStore;
  readonly server: KubeServer;
  ask(target: string, options?: AskOptions): Promise<Answered>;
}

export interface AskOptions {
  readonly token?: string | null;
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  json(): Record<string, unknown>;
}

/** @param at `namespace/name`, or a name alone; @param more labels and the object's own parts */
export function object(
  apiVersion: string,
  kind: string,
  at: string,
  {
    labels = {},
    ...parts
  }: { readonly labels?: Readonly<Record<string, string>>; readonly [part: string]: unknown } = {},
): NewObject {
  const [namespace = '', name = ''] = at.includes('/') ? at.split('/') : [undefined, at];
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), labels }, ...parts };
}

export async function startLab(
  context: TestContext,
  logs: NodeLogFiles = { find: () => undefined },
  ports: PodPorts = { find: () => undefined },
): Promise<Lab> {
  const store = createObjectStore({ firstVersion: 1200 });
  store.create(object('v1', 'Namespace', 'lab'));
  for (const number of [1, 2, 3, 4, 5]) {
    const labels = { app: 'lab', num: String(number), tier: number <= 3 ? 'front' : 'back' };
    const parts = { labels, spec: { containers: [{ name: 'c', image: 'x' }] }, status: { phase: 'Pending' } };
    store.create(object('v1', 'Pod', `lab/lab-${number}`, parts));
  }
  for (const name of ['bookinfo/bookinfo', 'bookinfo/reviews', 'payment/payment-svc']) {
    store.create(object('networking.istio.io/v1', 'VirtualService', name, { spec: { hosts: [name] } }));
  }
  const all: User = { name: 'system:admin', may: () => true };
  const nobody: User = { name: 'system:serviceaccount:lab:nobody', may: () => false };
  const users = new Map([
    [ALL, all],
    [NOBODY, nobody],
  ]);
  const server = await startKubeServer({ store, users, logs, ports });
  context.after(() => server.close());
  return { store, server, ask: (target, options) => ask(`${server.url}${target}`, options) };
}

async function ask(
  url: string,
  { token = ALL, method = 'GET', body, headers = {} }: AskOptions = {},
): Promise<Answered> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(token !== null && { authorization: `Bearer ${token}` }) },
    ...(body !== undefined && { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

/** Reads an open answer line by line. */
export interface LineReader {
  readonly response: Response;
  /** The next line, or undefined at the end. */
  next(): Promise<string | undefined>;
  /** All lines until the server closes. */
  rest(): Promise<string[]>;
  cancel(): Promise<void>;
}

export async function openLines(
  lab: Lab,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<LineReader> {
  const response = await fetch(`${lab.server.url}${target}`, {
    headers: { authorization: `Bearer ${ALL}`, ...headers },
  });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let held = '';
  const next = async (): Promise<string | undefined> => {
    for (;;) {
      const end = held.indexOf('\n');
      if (end >= 0) {
        const line = held.slice(0, end);
        held = held.slice(end + 1);
        return line;
      }
      const { done, value } = await reader.read();
      if (done) return undefined;
      held += decoder.decode(value, { stream: true });
    }
  };
  return {
    response,
    next,
    async rest() {
      const lines: string[] = [];
      for (let line = await next(); line !== undefined; line = await next()) lines.push(line);
      return lines;
    },
    cancel: () => reader.cancel(),
  };
}
