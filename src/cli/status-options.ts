import { parseDuration } from '../config/units.ts';
import { type EpochSeconds, epochSecondsFromMs } from '../model/brand.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import { type ExporterFlags, httpConfigFile } from './exporter-client.ts';
import { type Io, UserError } from './io.ts';
import { type AccessFlags, checkAccess, type IstiodAccessOptions, readAccess } from './istiod-access.ts';

/** As commander gives them. */
export interface StatusFlags extends AccessFlags, ExporterFlags {
  readonly namespace?: string;
  readonly output: string;
  readonly syncz?: readonly string[];
  readonly at?: string;
  readonly url?: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly istioNamespace?: string;
  readonly timeout: string;
  readonly color: boolean;
}

const OUTPUTS = ['table', 'wide', 'json'] as const;
export type OutputFormat = (typeof OUTPUTS)[number];

/** Where proxies are read from. */
export type StatusOrigin =
  | { readonly kind: 'files'; readonly files: readonly string[]; readonly at: EpochSeconds | undefined }
  | { readonly kind: 'urls'; readonly urls: readonly string[] }
  | { readonly kind: 'server'; readonly url: string; readonly httpConfigFile?: string }
  | {
      readonly kind: 'kubernetes';
      readonly kubeconfig: string | undefined;
      readonly context: string | undefined;
      readonly namespace: string | undefined;
    };

export interface StatusOptions {
  readonly origin: StatusOrigin;
  readonly output: OutputFormat;
  readonly access: IstiodAccessOptions;
  readonly timeoutMs: number;
  readonly coloured: boolean;
  /** Whether a proxy is wanted. */
  selects(row: ProxyRow): boolean;
  /** What was asked for by name and is not among these, in words. */
  unmatched(rows: readonly ProxyRow[]): readonly string[];
}

/** @throws UserError for what makes no sense, or not together */
export function readStatusOptions(pods: readonly string[], flags: StatusFlags, io: Io): StatusOptions {
  const output = OUTPUTS.find((each) => each === flags.output);
  if (output === undefined) throw new UserError(`-o ${flags.output}: give table, wide or json`);
  const timeoutMs = parseDuration(flags.timeout);
  if (typeof timeoutMs !== 'number') throw new UserError(`--timeout: ${timeoutMs.problem}`);
  const origin = originOf(flags, io);
  checkAccess(flags, origin.kind);
  return {
    origin,
    output,
    access: readAccess(flags),
    timeoutMs,
    coloured: flags.color && io.stdout.isTTY === true && !io.env['NO_COLOR'],
    selects: (row) => isWanted(row, pods, flags.namespace),
    unmatched: (rows) => unmatched(rows, pods, flags.namespace),
  };
}

function originOf(flags: StatusFlags, io: Io): StatusOrigin {
  const { syncz, url = [], server, kubeconfig, context, istioNamespace: namespace } = flags;
  const given = [
    syncz !== undefined && '--syncz',
    url.length > 0 && '--url',
    server !== undefined && '--server',
  ].filter((name) => name !== false);
  if (given.length > 1) throw new UserError(`${given.join(' and ')}: give one of them`);
  const login = httpConfigFile(flags, io);
  if (flags.at !== undefined && syncz === undefined) throw new UserError('--at: only with --syncz; all else is of now');
  if (syncz !== undefined) return { kind: 'files', files: syncz, at: timeOf(flags.at) };
  if (url.length > 0) return { kind: 'urls', urls: url.map((each) => checkUrl('--url', each)) };
  if (server !== undefined) return { kind: 'server', url: checkServer(server), ...login };
  return { kind: 'kubernetes', kubeconfig, context, namespace };
}

function timeOf(text: string | undefined): EpochSeconds | undefined {
  if (text === undefined) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new UserError(`--at ${text}: not a time; write it as in 2026-01-31T12:00:00Z`);
  return epochSecondsFromMs(ms);
}

/** Where each is mostly found. */
const EXAMPLES = {
  '--url': 'http://127.0.0.1:15014',
  '--server': 'http://127.0.0.1:19012',
  '--prometheus': 'http://127.0.0.1:9090',
} as const;

/** @throws UserError for what is no URL of a server; a password in it is not repeated */
export function checkUrl(flag: keyof typeof EXAMPLES, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new UserError(
      `${text.includes('@') ? flag : `${flag} ${text}`}: not a URL; write it as in ${EXAMPLES[flag]}`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    const login = flag === '--server' ? '; a login goes into --http.config.file' : '';
    throw new UserError(`${flag}: give scheme, host and port only, no user, password or query${login}`);
  }
  return text;
}

/**
 * An exporter and, of those it watches, the cluster that is meant: `?cluster=ID`, as its page has it.
 * @returns `http://HOST:PORT` or `http://HOST:PORT?cluster=ID`
 * @throws UserError
 */
export function checkServer(text: string): string {
  const at = text.indexOf('?');
  if (at < 0) return checkUrl('--server', text);
  const base = checkUrl('--server', text.slice(0, at)).replace(/\/$/, '');
  const query = new URLSearchParams(text.slice(at + 1).split('#', 1)[0]);
  const cluster = query.get('cluster');
  if (!cluster || query.size !== 1) {
    throw new UserError(`--server ${base}?…: only ?cluster=ID may follow the address, as in ${base}?cluster=west`);
  }
  return `${base}?${new URLSearchParams({ cluster })}`;
}

/** A pod name may hold dots, so `a.b` is tried both as a whole name and as pod and namespace. */
function isWanted(row: ProxyRow, pods: readonly string[], namespace: string | undefined): boolean {
  if (namespace !== undefined && row.namespace !== namespace) return false;
  return pods.length === 0 || pods.some((pod) => pod === `${row.name}.${row.namespace}` || pod === row.name);
}

function unmatched(
  rows: readonly ProxyRow[],
  pods: readonly string[],
  namespace: string | undefined,
): readonly string[] {
  const isThere = (pod: readonly string[]): boolean => rows.some((row) => isWanted(row, pod, namespace));
  if (pods.length === 0) return isThere([]) ? [] : [`no istiod lists a proxy of namespace ${namespace ?? ''}`];
  return pods.filter((pod) => !isThere([pod])).map((pod) => `no istiod lists a proxy ${pod}`);
}
