import assert from 'node:assert/strict';
import { test } from 'node:test';
import { worstState } from '../../src/model/worst-state.ts';
import type { SyncState, XdsType } from '../../src/model/xds.ts';

const CASES: readonly (readonly [about: string, Partial<Record<XdsType, SyncState>>, SyncState])[] = [
  ['all synced', { cds: 'SYNCED', lds: 'SYNCED' }, 'SYNCED'],
  ['one stale', { cds: 'SYNCED', rds: 'STALE' }, 'STALE'],
  ['a rejection is worse than stale', { cds: 'STALE', lds: 'ERROR' }, 'ERROR'],
  ['stale is worse than unknown', { cds: 'UNKNOWN', lds: 'STALE' }, 'STALE'],
  ['unknown is worse than not sent', { cds: 'NOT_SENT', lds: 'UNKNOWN' }, 'UNKNOWN'],
  ['listeners not sent', { cds: 'SYNCED', lds: 'NOT_SENT' }, 'NOT_SENT'],
  ['clusters not sent', { cds: 'NOT_SENT', lds: 'SYNCED' }, 'NOT_SENT'],
  ['secrets not sent is normal', { cds: 'SYNCED', sds: 'NOT_SENT' }, 'SYNCED'],
  ['routes not sent is normal', { cds: 'SYNCED', lds: 'SYNCED', rds: 'NOT_SENT' }, 'SYNCED'],
  ['a ztunnel that got nothing', { wds: 'NOT_SENT', wads: 'NOT_SENT' }, 'NOT_SENT'],
  ['a ztunnel', { wds: 'SYNCED', wads: 'NOT_SENT' }, 'SYNCED'],
  ['connected, nothing asked yet', {}, 'NOT_SENT'],
];

for (const [about, states, expected] of CASES) {
  test(`worst state: ${about}`, () => {
    const types = Object.fromEntries(Object.entries(states).map(([type, state]) => [type, { state }]));
    assert.equal(worstState(types), expected);
  });
}
