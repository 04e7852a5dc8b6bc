import type { AccessLine } from '../traffic/access-line.ts';

/** Loggers that write for each request, and at which levels they do. */
type Levels = ReadonlyMap<string, string>;
const VERBOSE = new Set(['trace', 'debug']);

/** Lines that Envoy writes of one request at debug, in the words and with the line breaks of 1.38. */
export function debugLines({ levels, line, thread }: DebugFacts): readonly string[] {
  const isOn = (logger: string): boolean => VERBOSE.has(levels.get(logger) ?? '');
  const request = { line, thread, stream: streamOf(line) };
  return [
    ...(isOn('http') ? received(request) : []),
    ...(isOn('rbac') && line.upstreamCluster?.startsWith('inbound|') === true ? checked(request) : []),
    ...(isOn('http') ? answered(request) : []),
  ];
}

export interface DebugFacts {
  readonly levels: Levels;
  /** What the access log says of the request. */
  readonly line: AccessLine;
  readonly thread: number;
}

interface Request {
  readonly line: AccessLine;
  readonly thread: number;
  /** `[Tags: "ConnectionId":"4","StreamId":"15634065593306552407"]`. */
  readonly stream: string;
}

const HTTP = 'http source/common/http/conn_manager_impl.cc';
const RBAC = 'rbac source/extensions/filters/http/rbac/rbac_filter.cc';

function received({ line, thread, stream }: Request): readonly string[] {
  const at = line.startMs;
  return [
    entry(at, `${HTTP}:406`, `${stream.replace(/,"StreamId":"\d+"/, '')} new stream\tthread=${thread}`),
    ...several(
      at,
      `${HTTP}:1323`,
      [`${stream} request headers complete (end_stream=true):`, ...headersOf(line)],
      thread,
    ),
    entry(at, `${HTTP}:1306`, `${stream} request end stream timestamp recorded\tthread=${thread}`),
  ];
}

function answered({ line, thread, stream }: Request): readonly string[] {
  const at = line.startMs + Number(line.duration ?? 0);
  const headers = [header(':status', String(line.code)), header('server', 'istio-envoy')];
  return [
    ...several(at, `${HTTP}:2008`, [`${stream} encoding headers via codec (end_stream=false):`, ...headers], thread),
    entry(at, `${HTTP}:2138`, `${stream} Codec completed encoding stream.\tthread=${thread}`),
  ];
}

function checked({ line, thread }: Request): readonly string[] {
  const peer = line.downstreamRemote;
  const from = `sourceIP: ${peer}, directRemoteIP: ${peer}, remoteIP: ${peer},localAddress: ${line.downstreamLocal}`;
  const [first = '', ...headers] = headersOf(line);
  const asked = `checking request: requestedServerName: ${line.sni ?? ''}, ${from}, ssl: none, headers: ${first}`;
  const policy = /matched_policy\[(.*)\]$/.exec(line.details ?? '')?.[1];
  const [at, verdict] =
    policy === undefined
      ? [221, 'enforced allowed, matched policy none']
      : [233, `enforced denied, matched policy ${policy}`];
  return [
    ...several(line.startMs, `${RBAC}:266`, [asked, ...headers, ', dynamicMetadata: '], thread),
    entry(line.startMs, `${RBAC}:${at}`, `${verdict}\tthread=${thread}`),
  ];
}

function headersOf({ authority, path, method, userAgent, requestId }: AccessLine): readonly string[] {
  return [
    header(':authority', String(authority ?? '')),
    header(':path', String(path ?? '')),
    header(':method', String(method ?? '')),
    header('user-agent', String(userAgent ?? '')),
    header('x-request-id', String(requestId ?? '')),
  ];
}

function header(name: string, value: string): string {
  return `'${name}', '${value}'`;
}

/** A text with line breaks inside; its last line is the thread's. */
function several(atMs: number, where: string, texts: readonly string[], thread: number): readonly string[] {
  const [first = '', ...more] = texts;
  return [entry(atMs, where, first), ...more, `\tthread=${thread}`];
}

function entry(atMs: number, where: string, text: string): string {
  return `${new Date(atMs).toISOString().slice(0, -1)}000Z\tdebug\tenvoy ${where}\t${text}`;
}

/** The same request has the same numbers in all of its lines. */
function streamOf({ requestId, downstreamRemote }: AccessLine): string {
  const digits = BigInt(
    `0x${
      String(requestId ?? '0')
        .replaceAll(/[^0-9a-f]/g, '')
        .slice(0, 15) || '0'
    }`,
  );
  const connection = Number(String(downstreamRemote).split(':').at(-1)) % 1000;
  return `[Tags: "ConnectionId":"${connection}","StreamId":"${digits}"]`;
}
