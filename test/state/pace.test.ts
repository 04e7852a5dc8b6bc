import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import { wantsFastPoll } from '../../src/state/pace.ts';
import { answer, connection, type PolledMesh, pod, polledMesh, REFUSED, sync } from '../support/mesh.ts';

const SYNCED = connection('shop', 'cart-1', { cds: sync('a') });
const STALE = connection('shop', 'cart-1', { cds: sync('a>b', 100) });

function isFast({ snapshot }: PolledMesh, at: number = snapshot.takenAt): boolean {
  return wantsFastPoll(snapshot, epochSeconds(at));
}

test('a quiet mesh is polled at the normal pace, and so is one not polled yet', () => {
  const mesh = polledMesh();
  assert.equal(isFast(mesh), false);
  mesh.poll(90, [answer([SYNCED])]);
  assert.equal(isFast(mesh), false);
});

test('fast while something is unacknowledged, two minutes at most', () => {
  const mesh = polledMesh();
  mesh.poll(90, [answer([SYNCED])]);
  mesh.poll(100, [answer([STALE])]);
  assert.equal(isFast(mesh), true);
  mesh.poll(110, [answer([STALE])]);
  assert.equal(isFast(mesh, 220), true);
  assert.equal(isFast(mesh, 221), false);
});

test('what is unacknowledged at the first look is looked at again soon', () => {
  const mesh = polledMesh();
  mesh.poll(100, [answer([STALE])]);
  assert.equal(isFast(mesh), true);
});

test('all acknowledged again: normal at once', () => {
  const mesh = polledMesh();
  mesh.poll(100, [answer([STALE])]);
  mesh.poll(103, [answer([SYNCED])]);
  assert.equal(isFast(mesh), false);
});

test('fast when a proxy has just vanished, also one that was never listed', () => {
  for (const first of [[SYNCED], []]) {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1')]);
    mesh.poll(90, [answer(first)]);
    mesh.poll(100, [answer([])]);
    assert.equal(isFast(mesh), true);
    assert.equal(isFast(mesh, 230), false);
  }
});

test('an istiod that cannot be asked is no reason for haste', () => {
  const mesh = polledMesh();
  mesh.poll(90, [answer([SYNCED])]);
  mesh.poll(100, [answer([SYNCED], {}, REFUSED)]);
  assert.equal(isFast(mesh), false);
});
