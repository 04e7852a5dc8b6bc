import { isAddress, isCidr } from '../addresses.ts';
import { badServiceAccount } from './service-account.ts';
import { badPort } from './values.ts';

/** Attributes by themselves (istio.io, Reference: Authorization Policy Conditions). */
const KEYS: ReadonlySet<string> = new Set([
  ...['request.auth.audiences', 'request.auth.presenter', 'request.auth.principal'],
  ...['source.namespace', 'source.principal', 'connection.sni'],
]);

const ADDRESSES: ReadonlySet<string> = new Set(['source.ip', 'remote.ip', 'destination.ip']);

/** Attributes of which a part is named in brackets. */
const WITH_NAME = ['request.headers', 'request.auth.claims', 'experimental.envoy.filters.'];

/** What is wrong with the key of a condition, or with values that do not fit it. */
export function badConditionKey(key: string, values: readonly string[]): string | undefined {
  if (key === 'source.serviceAccount') return values.map(badServiceAccount).find(Boolean);
  if (KEYS.has(key)) return undefined;
  if (ADDRESSES.has(key)) {
    const bad = values.find((value) => !isAddress(value) && !isCidr(value));
    return bad === undefined ? undefined : `"${bad}" of the condition ${key} is no block of addresses`;
  }
  if (key === 'destination.port') return values.map((value) => badPort(Number(value))).find(Boolean);
  if (!WITH_NAME.some((known) => key.startsWith(known))) return `a condition has the unknown key ${key}`;
  return /^[^[]+\[.+\]$/.test(key) ? undefined : `the condition ${key} lacks a name in brackets`;
}
