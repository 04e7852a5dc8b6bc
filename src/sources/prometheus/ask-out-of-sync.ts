import { readFile } from 'node:fs/promises';
import { request } from 'undici';
import { epochSeconds } from '../../model/brand.ts';
import type { RestoredFact } from '../../model/restored-fact.ts';

export interface PrometheusOptions {
  /** Base URL, e.g. `http://prometheus:9090` or one with a path prefix. */
  readonly url: string;
  readonly tokenFile?: string;
  readonly meshCluster: string;
  readonly timeoutMs: number;
}

/** An answer of 50,000 proxies is about 15 MB; more than this is not an answer to our question. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Asks Prometheus since when each proxy was out of sync, as the exporter before us exported it in the last 15 minutes.
 * For a start without a checkpoint, and for a new leader: an incident that began before us keeps its beginning.
 * @throws Error that names the server and what it said; the caller starts without and says so
 */
export async function askOutOfSync(options: PrometheusOptions, signal: AbortSignal): Promise<readonly RestoredFact[]> {
  const url = new URL(`${options.url.replace(/\/+$/, '')}/api/v1/query`);
  url.searchParams.set('query', question(options.meshCluster));
  const answer = await request(url, {
    headers: await authorization(options.tokenFile),
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    signal,
  });
  const body = await boundedText(answer.body);
  if (answer.statusCode !== 200) throw new Error(`${url.origin} answered ${answer.statusCode} to a query`);
  return parseVector(body, options.meshCluster);
}

function question(meshCluster: string): string {
  const family = 'meshladder_proxy_out_of_sync_since_timestamp_seconds';
  const selector = `${family}{mesh_cluster=${JSON.stringify(meshCluster)}}`;
  return `min by (proxy_namespace, proxy) (last_over_time(${selector}[15m]))`;
}

async function authorization(tokenFile: string | undefined): Promise<Record<string, string>> {
  if (tokenFile === undefined) return {};
  return { authorization: `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}` };
}

async function boundedText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`the answer is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface VectorEntry {
  readonly metric?: { readonly proxy_namespace?: unknown; readonly proxy?: unknown };
  readonly value?: readonly [unknown, unknown];
}

/** Reads a Prometheus instant vector; entries that are not what was asked for are passed over. @throws on anything else */
export function parseVector(body: string, cluster: string): readonly RestoredFact[] {
  const answer = JSON.parse(body) as { status?: unknown; data?: { resultType?: unknown; result?: unknown } } | null;
  const result = answer?.data?.result;
  if (answer?.status !== 'success' || answer.data?.resultType !== 'vector' || !Array.isArray(result)) {
    throw new Error('the answer is not an instant vector: is this URL a Prometheus?');
  }
  return result.flatMap((entry: VectorEntry | null) => toFact(entry, cluster) ?? []);
}

function toFact(entry: VectorEntry | null, cluster: string): RestoredFact | undefined {
  const { proxy_namespace: namespace, proxy: name } = entry?.metric ?? {};
  const since = Number(entry?.value?.[1]);
  if (typeof namespace !== 'string' || typeof name !== 'string') return undefined;
  if (!Number.isFinite(since) || since <= 0) return undefined;
  return { cluster, namespace, name, outOfSyncSince: epochSeconds(since) };
}
