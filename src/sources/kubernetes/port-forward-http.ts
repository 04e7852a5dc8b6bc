import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PodAnswer, PodPort, PodRequest } from '../pod-port.ts';
import { KubeApiError } from './kube-api.ts';
import { connectionCut, portName } from './port-forward-failure.ts';

/**
 * One HTTP/1.1 request over a connection of its own, which is closed after it.
 * @throws KubeApiError; what `signal` was aborted with; what the request's own `take` throws
 */
export async function exchange(
  connection: Duplex,
  to: PodPort,
  request: PodRequest,
  signal: AbortSignal,
): Promise<PodAnswer> {
  let cause: unknown;
  // The client gives its own, poorer words for what broke the connection.
  connection.on('error', (error) => {
    cause ??= error;
  });
  const giveUp = (): void => void connection.destroy();
  signal.addEventListener('abort', giveUp, { once: true });
  let answered = false;
  try {
    const response = await send(connection, to, request);
    answered = true;
    return { status: response.statusCode ?? 0, chunks: await drain(response, to, request) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotTaken) throw error.cause;
    throw failureOf(cause ?? error, answered, to);
  } finally {
    signal.removeEventListener('abort', giveUp);
    connection.destroy();
  }
}

function send(connection: Duplex, { port }: PodPort, { method, path }: PodRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = httpRequest({
    createConnection: () => connection,
    host: 'localhost',
    port,
    method,
    path,
    headers: { accept: '*/*', connection: 'close', ...(method === 'POST' && { 'content-length': '0' }) },
  });
  outgoing.once('response', resolve);
  // Stays: what breaks after the answer is told by the answer.
  outgoing.on('error', reject);
  // Of an answer that wants to switch to another protocol, the client says nothing at all.
  connection.once('close', () => reject(new Error('closed')));
  outgoing.end();
  return promise;
}

/** The taker wants no more, for a reason of its own. */
class NotTaken extends Error {}

async function drain(
  response: IncomingMessage,
  to: PodPort,
  { limitBytes, take }: PodRequest,
): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  const isTaken = take !== undefined && response.statusCode === 200;
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > limitBytes) {
      const detail = `${portName(to)} answers more than ${limitBytes} bytes`;
      throw new KubeApiError({ code: 'too_large', limitBytes, detail });
    }
    if (isTaken) await handOver(chunk as Uint8Array, take);
    else chunks.push(chunk as Uint8Array);
  }
  return chunks;
}

async function handOver(chunk: Uint8Array, take: NonNullable<PodRequest['take']>): Promise<void> {
  try {
    await take(chunk);
  } catch (cause) {
    throw new NotTaken('not taken', { cause });
  }
}

function failureOf(cause: unknown, answered: boolean, to: PodPort): KubeApiError {
  if (cause instanceof KubeApiError) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (code.startsWith('HPE_')) {
    return new KubeApiError({ code: 'invalid', detail: `${portName(to)} does not answer in HTTP` }, { cause });
  }
  if (answered) return connectionCut(to, undefined);
  const detail = `${portName(to)} closed the connection without an answer`;
  return new KubeApiError({ code: 'refused', detail }, { cause });
}
