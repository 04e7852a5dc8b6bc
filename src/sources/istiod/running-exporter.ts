import { AskError, invalid } from './ask-error.ts';
import { createHttpClient } from './http-client.ts';
import { asFields } from './schema.ts';

/** What of an exporter is asked for. */
export type ExporterPath = `/api/v1/${string}`;
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
  timeoutMs: number,
  signal: AbortSignal,
): Promise<unknown> {
  const client = createHttpClient();
  const chunks: Uint8Array[] = [];
  try {
    const explain = (status: number, text: string): AskError | undefined =>
      standbyError(server, status, text) ?? unknownError(server, status, text);
    const get = { ...addressOf(server, path), deadlineMs: timeoutMs, limitBytes: LIMIT_BYTES, explain };
    await client.get(get, (chunk) => void chunks.push(chunk), signal);
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid(`${urlOf(server, path)} is not JSON`);
    throw error instanceof AskError ? inOtherWords(error, server, path) : error;
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

/** Some reasons are worded for istiod, where the remedy is another one. */
function inOtherWords(error: AskError, server: string, path: ExporterPath): AskError {
  const { reason } = error;
  // What went wrong stands in front: an address, a port, a name.
  const { detail: own } = reason;
  const unreached = `${own}. No exporter answers there: forward its port, kubectl -n NAMESPACE port-forward svc/meshladder 19012, or leave out --server to ask the cluster itself`;
  if (reason.code === 'refused' || reason.code === 'timeout')
    return new AskError({ ...reason, detail: unreached }, error);
  const details: Readonly<Partial<Record<string, string>>> = {
    denied: 'does not let us in: it asks for a login that this command cannot give',
    not_found: `has no ${path.split('?')[0]}: is it a meshladder exporter of role all or central?`,
  };
  const detail = details[reason.code];
  return detail === undefined ? error : new AskError({ ...reason, detail: `${server} ${detail}` }, error);
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

/** What is answered where nobody has heard of the pod or namespace, told in words of our own: a name may steer a terminal. */
function unknownError(server: string, status: number, text: string): AskError | undefined {
  const words = status === 404 ? fieldsIn(text)?.['error'] : undefined;
  if (typeof words === 'string' && words.startsWith('no cluster ')) {
    return invalid(
      `${server}: it watches no cluster of this id; ${addressOf(server, '/api/v1/status').base}/api/v1/status names those it does`,
    );
  }
  const [, what] = typeof words === 'string' ? (/there is no (such|namespace) /.exec(words) ?? []) : [];
  if (what === undefined) return undefined;
  const missing = what === 'such' ? 'there is no such pod or workload' : 'there is no such namespace';
  return invalid(`${missing}, as far as ${server} knows; meshladder status --server ${server} lists those there are`);
}

function fieldsIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return undefined;
  }
}
