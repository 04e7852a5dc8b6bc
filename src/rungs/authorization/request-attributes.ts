import type { DescribedRequest } from '../../model/described-request.ts';
import { type Attribute, onText, type RequestTest } from './attribute.ts';
import { claimPath, claimTexts, requestPrincipalPattern } from './claims.ts';
import { pathPattern, policyPath } from './path-pattern.ts';
import { address } from './peer-attributes.ts';
import { anyCasePattern, textPattern } from './text-pattern.ts';

const host: Attribute = {
  label: 'the host',
  httpOnly: true,
  need: 'host',
  test: (value) => onText((request) => request.host, anyCasePattern(value)),
  shown: (request) => request.host,
};

const method: Attribute = {
  label: 'the method',
  httpOnly: true,
  need: 'method',
  test: (value) => onText((request) => request.method, value === '*' ? () => true : textPattern(value)),
  shown: (request) => request.method,
};

const path: Attribute = {
  label: 'the path',
  httpOnly: true,
  need: 'path',
  test(value, { mesh }) {
    const pattern = pathPattern(value);
    if (pattern === undefined) return () => 'unknown';
    return onText(
      (request) => request.path,
      (text) => pattern(policyPath(text, mesh.pathNormalization)),
    );
  },
  shown: (request) => request.path,
};

const port: Attribute = {
  label: 'the port',
  httpOnly: false,
  need: 'port',
  test(value) {
    if (!/^\d+$/.test(value) || Number(value) > 65_535) return { problem: `${value} is no port` };
    return onText(
      (request) => request.port,
      (number) => number === Number(value),
    );
  },
  shown: (request) => request.port?.toString(),
};

const sni: Attribute = {
  label: 'the server name (SNI)',
  httpOnly: false,
  need: 'sni',
  test: (value) => onText((request) => request.sni, textPattern(value)),
  shown: (request) => request.sni,
};

/** A header; Envoy keeps the host and the first line of the request among them. */
function header(name: string): Attribute {
  const read = readerOf(name);
  return {
    label: `the header ${name}`,
    httpOnly: true,
    need: PSEUDO_HEADERS.get(name) ?? 'headers',
    test: (value) => onText(read, value === '*' ? () => true : textPattern(value)),
    shown: read,
  };
}

const PSEUDO_HEADERS: ReadonlyMap<string, 'host' | 'method' | 'path'> = new Map([
  ['host', 'host'],
  [':authority', 'host'],
  [':method', 'method'],
  [':path', 'path'],
]);

function readerOf(name: string): (request: DescribedRequest) => string | null | undefined {
  const pseudo = PSEUDO_HEADERS.get(name);
  if (pseudo !== undefined) return (request) => request[pseudo];
  return ({ headers }) => (headers === undefined ? undefined : (headers.get(name) ?? null));
}

/** What a token says; without a token that is good, nothing matches. */
function ofToken(
  label: string,
  test: (value: string) => (claims: Readonly<Record<string, unknown>>) => boolean,
): Attribute {
  return {
    label,
    httpOnly: true,
    need: 'claims',
    test: (value): RequestTest => onText((request) => request.claims, test(value)),
    shown: ({ claims }) => (claims === null || claims === undefined ? claims : 'the claims given'),
  };
}

function claim(label: string, names: readonly string[]): Attribute {
  return ofToken(label, (value) => {
    const test = textPattern(value);
    return (claims) => claimTexts(claims, names).some(test);
  });
}

/** What an EnvoyFilter's filter would have written; nobody can describe it here. */
const filterMetadata: Attribute = {
  label: 'what another filter wrote',
  httpOnly: false,
  need: 'filterMetadata',
  test: () => () => 'unknown',
  shown: () => undefined,
};

export const REQUEST_ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  'request.host': host,
  'request.method': method,
  'request.path': path,
  'destination.port': port,
  'destination.ip': address('the destination address', 'destinationIp'),
  'connection.sni': sni,
  'request.auth.principal': ofToken('the request principal (issuer/subject of the token)', requestPrincipalPattern),
  'request.auth.audiences': claim('the audiences of the token', ['aud']),
  'request.auth.presenter': claim('the presenter (azp) of the token', ['azp']),
};

const HEADERS = 'request.headers';
const CLAIMS = 'request.auth.claims';

/**
 * The attribute of a key with a name in brackets.
 * @returns undefined for another key; a problem where the brackets are wrong
 */
export function bracketAttribute(key: string): Attribute | { readonly problem: string } | undefined {
  if (key.startsWith('experimental.envoy.filters.') || key.startsWith('request.experimental.')) return filterMetadata;
  if (key.startsWith(HEADERS)) {
    const [, name] = /^\[(.*)\]$/s.exec(key.slice(HEADERS.length)) ?? [];
    return name === undefined ? { problem: `${key} should be request.headers[NAME]` } : header(name.toLowerCase());
  }
  if (!key.startsWith(CLAIMS)) return undefined;
  const names = claimPath(key.slice(CLAIMS.length));
  if (names === undefined) return { problem: `${key} should be request.auth.claims[NAME]` };
  return claim(`the claim ${names.join('.')} of the token`, names);
}
