import { CONFIGURATION_FLAGS } from './response-flags/configuration.ts';
import { DOWNSTREAM_FLAGS } from './response-flags/downstream.ts';
import type { ResponseFlag } from './response-flags/entry.ts';
import { UPSTREAM_FLAGS } from './response-flags/upstream.ts';

/** Where in a request's way flags arise, in the order in which a reader looks for them. */
export const FLAG_GROUPS: readonly { readonly title: string; readonly flags: readonly ResponseFlag[] }[] = [
  { title: 'No good answer from the server', flags: UPSTREAM_FLAGS },
  { title: 'What the proxy was told, or not told', flags: CONFIGURATION_FLAGS },
  { title: 'The client, and streams that ended by themselves', flags: DOWNSTREAM_FLAGS },
];

/** Every response flag of Envoy (source/common/stream_info/utility.h). */
export const RESPONSE_FLAGS: readonly ResponseFlag[] = FLAG_GROUPS.flatMap(({ flags }) => flags);

/** Flags that are not in the table count under this name: extensions may register their own. */
export const OTHER_FLAG = 'other';

const byName = new Map(RESPONSE_FLAGS.map((flag) => [flag.name, flag]));
/** Both names as Envoy writes them. */
const shortNames = new Map(RESPONSE_FLAGS.flatMap(({ name, longName }) => [[name, name] as const, [longName, name]]));
const byAnyName = new Map(
  RESPONSE_FLAGS.flatMap((flag) => [flag.name, flag.longName].map((name) => [name.toLowerCase(), flag] as const)),
);

/** @param word a short or long name, in capitals or not */
export function findResponseFlag(word: string): ResponseFlag | undefined {
  return byAnyName.get(word.toLowerCase());
}

/** The short name of a flag as `%RESPONSE_FLAGS%` or `%RESPONSE_FLAGS_LONG%` writes it; undefined for other words. */
export function shortFlagName(written: string): string | undefined {
  return shortNames.get(written);
}

/** Whether a request with this flag went wrong. A flag that nobody knows is taken for a failure: better seen than missed. */
export function isFailure(name: string): boolean {
  return byName.get(name)?.failure ?? true;
}
