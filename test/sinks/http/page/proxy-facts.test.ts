import assert from 'node:assert/strict';
import { test } from 'node:test';

interface Held {
  readonly state: string;
  readonly outOfSyncSince: string | null;
  readonly outOfSyncOrigin: 'observed' | 'restored' | 'first_seen' | null;
}
const CLIENT = '../../../../src/sinks/http/page/client';
const { heldText } = (await import(`${CLIENT}/proxy-facts.js`)) as { heldText(proxy: Held): string };

const DAY = '2026-01-01T12:53:21.000Z';

const CASES: readonly (readonly [
  state: string,
  since: string | null,
  origin: Held['outOfSyncOrigin'],
  text: RegExp,
])[] = [
  ['SYNCED', null, null, /^holds what istiod sent last\.$/],
  ['NOT_SENT', null, null, /^holds what istiod sent; of some types there was nothing to send\.$/],
  ['STALE', null, null, /^has not acknowledged yet what it was sent last\.$/],
  ['ERROR', null, null, /^rejected what it was sent\.$/],
  ['STALE', DAY, 'observed', /^has not held current configuration for \d+ d \d+ h\.$/],
  ['MISSING', DAY, 'first_seen', /^has not held current configuration for \d+ d \d+ h, or longer\.$/],
  ['UNKNOWN', null, null, /^Whether it holds current configuration is not known\.$/],
  ['UNKNOWN', DAY, 'observed', /is not known\. It did not when it was last seen, since 2026-01-01 12:53:21 UTC\.$/],
  ['UNKNOWN', DAY, 'first_seen', /since 2026-01-01 12:53:21 UTC or before\.$/],
];

for (const [state, outOfSyncSince, outOfSyncOrigin, text] of CASES) {
  test(`the page of a proxy that is ${state}, ${outOfSyncOrigin ?? 'and not out of sync'}`, () => {
    assert.match(heldText({ state, outOfSyncSince, outOfSyncOrigin }), text);
  });
}
