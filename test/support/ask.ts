import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { type RequestOptions, request as tlsRequest } from 'node:https';

export interface Told {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks once over a connection of its own. @param options with `ca` or `cert`, over TLS */
export function ask(address: string, path: string, options: RequestOptions = {}): Promise<Told> {
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  const send = options.ca === undefined && options.cert === undefined ? plainRequest : tlsRequest;
  return new Promise((resolve, reject) => {
    const asked = send({ host, port, path, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** A header that shows a user and a password. */
export function basic(user: string, password: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
