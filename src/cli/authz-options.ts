import type { AuthorizationQuestion, CallerWords } from '../model/authorization-question.ts';
import { isInCidr } from '../model/cidr.ts';
import { podAndNamespace, readTarget } from './authz-target.ts';
import { UserError } from './io.ts';

/** As commander gives them. */
export interface AuthzFlags {
  readonly namespace?: string;
  readonly from?: string;
  readonly fromIp?: string;
  readonly remoteIp?: string;
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly port?: string;
  readonly header?: readonly string[];
  readonly jwtClaim?: readonly string[];
  /** False after `--no-jwt`. */
  readonly jwt: boolean;
  readonly sni?: string;
  readonly tcp?: true;
  readonly label?: readonly string[];
  readonly service?: string;
  readonly output: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly istioNamespace: string;
  readonly color: boolean;
}

/** All of a question but the objects. */
export type AskedRequest = Omit<AuthorizationQuestion, 'cluster' | 'hypothetical'>;

/** @throws UserError for what makes no sense, or not together */
export function readAuthzOptions(target: string, flags: AuthzFlags): AskedRequest {
  const labels = flags.label?.map((each) => pair('--label', each));
  return {
    ...readTarget(target, flags.namespace),
    caller: callerOf(flags),
    request: requestOf(flags),
    rootNamespace: flags.istioNamespace,
    ...(labels !== undefined && { labels: Object.fromEntries(labels) }),
    ...(flags.service !== undefined && { service: podAndNamespace('--service', flags.service) }),
  };
}

const SPIFFE = 'spiffe://';

function callerOf({ from }: AuthzFlags): CallerWords {
  if (from === undefined || isAddress(from)) return { kind: 'unknown' };
  if (from === 'plaintext') return { kind: 'plaintext' };
  if (from.startsWith(SPIFFE) || from.includes('/ns/')) {
    return { kind: 'principal', principal: from.startsWith(SPIFFE) ? from.slice(SPIFFE.length) : from };
  }
  const [namespace = '', name, more] = from.split('/');
  if (name === undefined) return { kind: 'pod', ...podAndNamespace('--from', from) };
  if (namespace === '' || name === '' || more !== undefined) throw new UserError(`--from ${from}: ${FROM_FORMS}`);
  return { kind: 'account', namespace, name };
}

const FROM_FORMS =
  'give POD.NAMESPACE, NAMESPACE/ACCOUNT, a SPIFFE id such as cluster.local/ns/NAMESPACE/sa/ACCOUNT, an address, or plaintext';

function isAddress(text: string): boolean {
  return isInCidr(text, text.includes(':') ? '::/0' : '0.0.0.0/0');
}

type Request = AskedRequest['request'];

function requestOf(flags: AuthzFlags): Request {
  const { from, fromIp, remoteIp, method, path, host, port, sni, tcp } = flags;
  const sourceIp = address('--from-ip', fromIp ?? (from !== undefined && isAddress(from) ? from : undefined));
  return {
    ...present({ sourceIp, remoteIp: address('--remote-ip', remoteIp), method, host, sni }),
    ...present({
      path: path === undefined ? undefined : pathOf(path),
      port: port === undefined ? undefined : portOf(port),
    }),
    ...(tcp === true ? tcpOf(flags) : httpOf(flags)),
  };
}

/** As with curl, a header that is not given is not sent; whether there is a token, though, is asked for. */
function httpOf({ header = [], jwtClaim, jwt }: AuthzFlags): Request {
  if (!jwt && jwtClaim !== undefined) throw new UserError('--no-jwt and --jwt-claim: give one of them');
  const claims = jwtClaim === undefined ? (jwt ? undefined : null) : claimsOf(jwtClaim);
  return { headers: headersOf(header), ...(claims !== undefined && { claims }) };
}

function tcpOf({ method, path, host, header, jwtClaim }: AuthzFlags): Request {
  if ([method, path, host, header, jwtClaim].some((given) => given !== undefined)) {
    throw new UserError('--tcp: a TCP connection has no method, path, host, header or token');
  }
  return { protocol: 'tcp' };
}

function present<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function address(flag: string, text: string | undefined): string | undefined {
  if (text !== undefined && !isAddress(text)) throw new UserError(`${flag} ${text}: not an address, such as 10.0.0.7`);
  return text;
}

function pathOf(path: string): string {
  if (!path.startsWith('/') && path !== '*') throw new UserError(`--path ${path}: a path begins with /`);
  return path;
}

function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > 65_535)
    throw new UserError(`--port ${text}: give 1 to 65535`);
  return Number(text);
}

/** `NAME=VALUE`; the name ends at the first sign that parts. */
function pair(flag: string, text: string, parts = /=/): readonly [name: string, value: string] {
  const at = text.search(parts);
  if (at < 1) throw new UserError(`${flag} ${text}: write it as NAME=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Also as curl writes them, `Name: value`; several of one name are joined by commas, as Envoy does. */
function headersOf(given: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const each of given) {
    const [name, value] = pair('--header', each, /[=:]/);
    const key = name.trim().toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value.trim() : `${before},${value.trim()}`);
  }
  return headers;
}

type Claims = Record<string, unknown>;

/** `NAME=VALUE`, `NAME[INNER]=VALUE`; given twice, a claim is a list. */
function claimsOf(given: readonly string[]): Claims {
  const claims: Claims = {};
  for (const each of given) {
    const [written, value] = pair('--jwt-claim', each);
    addClaim(claims, claimPath(written), value);
  }
  return claims;
}

function claimPath(written: string): readonly string[] {
  const [, outer = '', inner = ''] = /^([^[\]]*)((?:\[[^[\]]+\])*)$/.exec(written) ?? [];
  const path = [...(outer === '' ? [] : [outer]), ...(inner === '' ? [] : inner.slice(1, -1).split(']['))];
  if (path.length === 0) throw new UserError(`--jwt-claim ${written}=…: write it as NAME=VALUE or NAME[INNER]=VALUE`);
  return path;
}

function addClaim(claims: Claims, [name = '', ...rest]: readonly string[], value: string): void {
  const before = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (rest.length === 0) {
    const list = before === undefined ? value : [...(Array.isArray(before) ? (before as unknown[]) : [before]), value];
    Object.defineProperty(claims, name, { value: list, enumerable: true, configurable: true, writable: true });
    return;
  }
  const inner: Claims =
    typeof before === 'object' && before !== null && !Array.isArray(before) ? (before as Claims) : {};
  Object.defineProperty(claims, name, { value: inner, enumerable: true, configurable: true, writable: true });
  addClaim(inner, rest, value);
}
