import { readFile } from 'node:fs/promises';
import { type Dispatcher, request } from 'undici';
import { AskPrometheusError } from './ask-prometheus-error.ts';

export interface PrometheusOptions {
  /** Base URL, e.g. `http://prometheus:9090` or one with a path prefix. */
  readonly url: string;
  /** Bearer token, read again for each question. */
  readonly tokenFile?: string;
  /** Only series of this `mesh_cluster` are asked for. */
  readonly meshCluster: string;
  /** For one question. */
  readonly timeoutMs: number;
}

/** One series of an instant vector; labels are text whatever the server sent. */
export interface VectorSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** An answer of 50,000 proxies is about 15 MB; more than this is not an answer to our question. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Server's words shown to a person. */
const MAX_WORDS = 200;

/**
 * Asks Prometheus one question. Samples that are no numbers are passed over.
 * @throws AskPrometheusError that names the server and what it said
 */
export async function instantQuery(
  query: string,
  options: PrometheusOptions,
  signal: AbortSignal,
): Promise<readonly VectorSample[]> {
  const url = new URL(`${options.url.replace(/\/+$/, '')}/api/v1/query`);
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]);
  try {
    // A form and not an address: some questions are longer than servers let addresses be.
    const answer = await request(url, {
      method: 'POST',
      headers: { ...(await authorization(options.tokenFile)), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ query }).toString(),
      signal: deadline,
    });
    const body = await boundedText(answer.body, url.host);
    if (answer.statusCode !== 200) throw refused(answer, body, url.host);
    return parseVector(body, url.host);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AskPrometheusError) throw error;
    throw unreachable(error, url.host, options.timeoutMs);
  }
}

async function authorization(tokenFile: string | undefined): Promise<Record<string, string>> {
  if (tokenFile === undefined) return {};
  try {
    return { authorization: `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}` };
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new AskPrometheusError({ code: 'denied', status: 401, detail: `${tokenFile} cannot be read: ${code}` });
  }
}

async function boundedText(body: AsyncIterable<Uint8Array>, host: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      const detail = `${host}: the answer is larger than ${MAX_BYTES} bytes`;
      throw new AskPrometheusError({ code: 'too_large', limitBytes: MAX_BYTES, detail });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function refused({ statusCode }: Dispatcher.ResponseData, body: string, host: string): AskPrometheusError {
  const words = errorWords(body);
  const detail = `${host} answered ${statusCode} to a query${words === '' ? '' : `: ${words}`}`;
  if (statusCode === 401 || statusCode === 403) {
    return new AskPrometheusError({
      code: 'denied',
      status: statusCode,
      detail: `${detail}; see prometheus.tokenFile`,
    });
  }
  if (statusCode === 404) return new AskPrometheusError({ code: 'not_found', detail: `${detail}; see prometheus.url` });
  return new AskPrometheusError({ code: 'invalid', detail });
}

/** What Prometheus itself says is wrong, in printable words; a proxy's error page is not repeated. */
function errorWords(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' ? error.replaceAll(/[^\x20-\x7e]+/g, ' ').slice(0, MAX_WORDS) : '';
  } catch {
    return '';
  }
}

const REFUSED = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);

function unreachable(error: unknown, host: string, timeoutMs: number): AskPrometheusError {
  const { name = '', code = '' } = error as { name?: string; code?: string };
  if (name === 'TimeoutError' || code.endsWith('TIMEOUT')) {
    const detail = `${host} did not answer a query within ${timeoutMs} ms`;
    return new AskPrometheusError({ code: 'timeout', afterMs: timeoutMs, detail }, error);
  }
  if (REFUSED.has(code) || code === 'UND_ERR_SOCKET') {
    return new AskPrometheusError({ code: 'refused', detail: `cannot connect to ${host}: ${code}` }, error);
  }
  if (/TLS|SSL|CERT|SELF_SIGNED/.test(code)) {
    return new AskPrometheusError({ code: 'tls', detail: `no TLS with ${host}: ${code}` }, error);
  }
  const detail = `${host} does not answer as Prometheus does: ${code === '' ? name : code}`;
  return new AskPrometheusError({ code: 'invalid', detail }, error);
}

/** Reads an instant vector. @throws AskPrometheusError for anything else */
function parseVector(body: string, host: string): readonly VectorSample[] {
  const answer = parsed(body) as { status?: unknown; data?: { resultType?: unknown; result?: unknown } } | null;
  const result = answer?.data?.result;
  if (answer?.status !== 'success' || answer.data?.resultType !== 'vector' || !Array.isArray(result)) {
    const detail = `${host}: the answer is not an instant vector; is prometheus.url a Prometheus?`;
    throw new AskPrometheusError({ code: 'invalid', detail });
  }
  return result.flatMap((entry: unknown) => sampleOf(entry) ?? []);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function sampleOf(entry: unknown): VectorSample | undefined {
  const { metric, value } = (entry ?? {}) as { metric?: unknown; value?: unknown };
  if (typeof metric !== 'object' || metric === null || !Array.isArray(value)) return undefined;
  const number = Number(value[1]);
  if (!Number.isFinite(number)) return undefined;
  const labels = Object.entries(metric).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return { labels: Object.fromEntries(labels), value: number };
}
