import { createServer } from 'node:http';
import { closeServer, listenOnLoopback } from '../../src/demo/http/loopback.ts';

/** One notification, as Alertmanager posts it to a webhook. */
export interface Notification {
  /** `pager`, `ticket`. */
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly groupKey: string;
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved';
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/** Real webhooks that take notifications. */
export interface Receivers {
  readonly url: string;
  /** All that came so far, in order. */
  readonly notifications: readonly Notification[];
  stop(): Promise<void>;
}

export async function startReceivers(): Promise<Receivers> {
  const notifications: Notification[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    notifications.push(JSON.parse(text) as Notification);
    response.end();
  });
  const port = await listenOnLoopback(server);
  return { url: `http://127.0.0.1:${port}`, notifications, stop: () => closeServer(server) };
}
