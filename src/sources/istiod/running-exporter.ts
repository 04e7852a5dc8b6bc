import type { HttpClientConfig } from '../../model/http-client-config.ts';
import { AskError, invalid } from './ask-error.ts';
import { exporterFailure } from './exporter-failure.ts';
import { createHttpClient } from './http-client.ts';
import { asFields } from './schema.ts';

/** What of an exporter is asked for. */
export type ExporterPath = `/api/v1/${string}`;

export interface AskExporterOptions {
  /** For the whole answer. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** How we log in, and whom we believe. Absent: as anybody, and Node's authorities. */
  readonly client?: HttpClientConfig | undefined;
}

/** The table of 100,000 proxies. */
const LIMIT_BYTES = 256 << 20;

/**
 * What an exporter that runs already knows, as of all proxies: more than istiod itself says, for it has watched.
 * @param server `http://HOST:PORT`, with `?cluster=ID` where another cluster than its home is meant
 * @param path with its query
 * @returns the JSON it answers, not yet read
 * @throws AskError
 */
export async function askExporter(
  server: string,
  path: ExporterPath,
  { timeoutMs, signal, client: config }: AskExporterOptions,
): Promise<unknown> {
  const client = createHttpClient(config?.tls);
  const chunks: Uint8Array[] = [];
  try {
    const explain = (status: number, text: string): AskError | undefined =>
      standbyError(server, status, text) ?? unknownError({ server, path }, status, text);
    const bounds = { deadlineMs: timeoutMs, limitBytes: LIMIT_BYTES };
    const get = { ...addressOf(server, path), ...bounds, explain, authorization: config?.authorization };
    await client.get(get, (chunk) => void chunks.push(chunk), signal);
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(`${urlOf(server, path)} is not JSON`);
    if (!(error instanceof AskError)) throw error;
    const [asked = path] = path.split('?');
    throw exporterFailure(error, { server, path: asked, client: config });
  } finally {
    await client.close();
  }
}

/** Where that is asked, for a person. */
export function urlOf(server: string, path: ExporterPath): string {
  const { base, path: whole } = addressOf(server, path);
  return base + whole;
}

function addressOf(server: string, path: ExporterPath): { readonly base: string; readonly path: string } {
  const [base = '', query] = server.split('?');
  return { base, path: query === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}${query}` };
}

/** A pod's name: it stands in a command that is told. */
const POD = /^[\w.-]{1,253}$/;

/** What a replica that does not lead answers (`docs/schemas/api-error.json`). */
function standbyError(server: string, status: number, text: string): AskError | undefined {
  const answer = status === 503 ? fieldsIn(text) : undefined;
  if (answer?.['standby'] !== true) return undefined;
  const named = answer['leader'];
  const leader = typeof named === 'string' && POD.test(named) ? named : undefined;
  const next =
    leader === undefined
      ? 'no replica leads yet: ask again in some seconds'
      : `${leader} leads: kubectl -n NAMESPACE port-forward pod/${leader} 19012`;
  return invalid(`${server} stands by and tells nothing of the mesh; ${next}`);
}

/**
 * What is answered where nobody has heard of the pod or namespace, told in words of our own, with the names that were asked
 * about: those of the answer may steer a terminal.
 */
function unknownError(
  { server, path }: { readonly server: string; readonly path: ExporterPath },
  status: number,
  text: string,
): AskError | undefined {
  const words = status === 404 ? fieldsIn(text)?.['error'] : undefined;
  if (typeof words !== 'string') return undefined;
  if (words.startsWith('no cluster ')) {
    return invalid(
      `${server}: it watches no cluster of this id; ${addressOf(server, '/api/v1/status').base}/api/v1/status names those it does`,
    );
  }
  const [, what] = /there is no (such|namespace) /.exec(words) ?? [];
  if (what === undefined) return undefined;
  const asked = new URLSearchParams(path.split('?')[1]);
  const [namespace, pod] = [asked.get('namespace') ?? '', asked.get('pod') ?? ''];
  const missing = what === 'such' ? `pod or workload ${pod}.${namespace}` : `namespace ${namespace}`;
  return invalid(
    `there is no ${missing}, as far as ${server} knows; meshladder status --server ${server} lists those there are`,
  );
}

function fieldsIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return undefined;
  }
}
