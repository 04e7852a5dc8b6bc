import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import { proxyKey } from '../../src/model/proxy.ts';
import { answer, connection, type PolledMesh, pod, polledMesh, REFUSED, sync } from '../support/mesh.ts';

/** Istio is upgraded underneath: what docs/upgrade.md says is seen meanwhile. */

const SYNCED = { cds: sync('n1'), lds: sync('n1') };
const cart = connection('shop', 'cart-1', SYNCED);
const newCart = connection('shop', 'cart-2', SYNCED);
const web = connection('shop', 'web-1', SYNCED);

const ofCanary = { annotations: { 'istio.io/rev': 'canary' } };
const canary = { name: 'istiod-canary', revision: 'canary' };

function verdicts({ snapshot }: PolledMesh): Readonly<Record<string, string | undefined>> {
  const { proxies } = snapshot.history;
  const names = ['cart-1', 'cart-2', 'web-1'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const proxy = proxies.get(proxyKey({ namespace: 'shop', name }, 'Kubernetes'));
      return proxy === undefined ? [] : [[name, proxy.verdict]];
    }),
  );
}

function outOfSync({ snapshot }: PolledMesh): readonly string[] {
  return [...snapshot.history.proxies.values()].flatMap((proxy) => (proxy.outOfSync ? [proxy.name] : []));
}

describe('a canary istiod of its own revision', () => {
  test('that has just started, or does not answer, leaves the proxies of the other revision as they are', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1'), pod('shop', 'web-1')]);
    mesh.poll(1000, [answer([cart, web])]);
    const started = { ...canary, startedAt: epochSeconds(1005) };
    for (const [at, denied] of [
      [1010, false],
      [1020, true],
      [1100, true],
    ] as const) {
      mesh.poll(at, [answer([cart, web]), answer([], started, denied ? REFUSED : undefined)]);
      assert.deepEqual(verdicts(mesh), { 'cart-1': 'synced', 'web-1': 'synced' }, `${at}`);
    }
  });

  test('takes over pods as they are made anew, one by one', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-1'), pod('shop', 'web-1')]);
    mesh.poll(1000, [answer([cart, web]), answer([], canary)]);
    mesh.setPods([pod('shop', 'cart-2', ofCanary), pod('shop', 'web-1')]);
    mesh.poll(1010, [answer([web]), answer([newCart], canary)]);
    assert.deepEqual(verdicts(mesh), { 'cart-2': 'synced', 'web-1': 'synced' });
    assert.deepEqual(outOfSync(mesh), []);
  });

  test('after the old istiod is gone, who was not moved is missing, and who was is in sync', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'cart-2', ofCanary), pod('shop', 'web-1')]);
    mesh.poll(1000, [answer([web]), answer([newCart], canary)]);
    for (const at of [1010, 1020]) mesh.poll(at, [answer([newCart], canary)]);
    assert.deepEqual(verdicts(mesh), { 'cart-2': 'synced', 'web-1': 'missing' });
    assert.deepEqual(outOfSync(mesh), ['web-1']);
  });
});

test('an istiod that is replaced in place: proxies without a connection are unknown for 40 s, then missing', () => {
  const mesh = polledMesh();
  mesh.setPods([pod('shop', 'cart-1'), pod('shop', 'web-1')]);
  mesh.poll(1000, [answer([cart, web])]);
  const next = { name: 'istiod-2', startedAt: epochSeconds(1005) };
  for (const [at, listed, expected] of [
    [1010, [], { 'cart-1': 'unknown', 'web-1': 'unknown' }],
    [1020, [cart], { 'cart-1': 'synced', 'web-1': 'unknown' }],
    [1044, [cart], { 'cart-1': 'synced', 'web-1': 'unknown' }],
    [1055, [cart], { 'cart-1': 'synced', 'web-1': 'unknown' }],
    [1065, [cart], { 'cart-1': 'synced', 'web-1': 'missing' }],
  ] as const) {
    mesh.poll(at, [answer(listed, next)]);
    assert.deepEqual(verdicts(mesh), expected, `${at}`);
  }
});
