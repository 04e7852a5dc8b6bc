import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import {
  advanceEndpointChanges,
  type EndpointChanges,
  REMEMBERED_SECONDS,
  readySince,
  unlistedSince,
} from '../../src/model/endpoint-changes.ts';
import type { ConfigObject, EndpointSlice } from '../../src/model/workload.ts';
import { objects } from '../support/mesh.ts';

/** Addresses of one slice; `!` before one that is not ready. */
function slices(...words: readonly string[]) {
  const endpoints = words.map((word) => ({
    addresses: [word.replace('!', '')],
    ready: !word.startsWith('!'),
    serving: true,
    terminating: false,
  }));
  const slice: EndpointSlice = { namespace: 'shop', name: 'cart-1', service: 'cart', ports: [], endpoints };
  return objects([slice]);
}

function course(...steps: readonly (readonly [at: number, ...words: readonly string[]])[]): EndpointChanges {
  let changes: EndpointChanges | undefined;
  for (const [at, ...words] of steps) {
    changes = advanceEndpointChanges(changes, { slices: slices(...words), at: epochSeconds(at) });
  }
  assert.ok(changes !== undefined);
  return changes;
}

const cases: readonly (readonly [string, EndpointChanges, unlisted: number | undefined, ready: number | undefined])[] =
  [
    ['there from the first look on', course([10, 'a']), undefined, 10],
    ['never there', course([10, 'b'], [20, 'c']), 10, undefined],
    ['not ready is listed', course([10, '!a']), undefined, undefined],
    ['became ready', course([10, '!a'], [20, 'a'], [30, 'a', 'b']), undefined, 20],
    ['came', course([10, 'b'], [20, 'a', 'b']), undefined, 20],
    ['went', course([10, 'a'], [20, 'b'], [30, 'c']), 20, undefined],
    ['came back', course([10, 'a'], [20], [30, 'a']), undefined, 30],
    ['went once more', course([10, 'a'], [20], [30, 'a'], [40]), 40, undefined],
    ['went long ago', course([10, 'a'], [20], [21 + REMEMBERED_SECONDS, 'b']), 10, undefined],
  ];
for (const [what, changes, unlisted, ready] of cases) {
  test(`an address that ${what}`, () => {
    assert.deepEqual([unlistedSince(changes, 'a'), readySince(changes, 'a')], [unlisted, ready]);
  });
}

test('nothing new is the same object', () => {
  const same = slices('a');
  const first = advanceEndpointChanges(undefined, { slices: same, at: epochSeconds(1) });
  assert.equal(advanceEndpointChanges(first, { slices: same, at: epochSeconds(9) }), first);
});

test('the address of a WorkloadEntry is listed, in no slice as it is', () => {
  const named = { apiVersion: '', kind: '', labels: {}, annotations: {}, createdAt: epochSeconds(1) };
  const entry: ConfigObject = { ...named, namespace: 'shop', name: 'vm', spec: { address: '10.9.0.1' } };
  const news = { slices: slices('a'), workloadEntries: objects([entry]), at: epochSeconds(1) };
  const changes = advanceEndpointChanges(undefined, news);
  assert.equal(unlistedSince(changes, '10.9.0.1'), undefined);
});
