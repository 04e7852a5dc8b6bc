import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochSeconds } from '../../../../src/model/brand.ts';
import type { ConfigChange } from '../../../../src/model/config-changes.ts';
import { proxyTable } from '../../../../src/model/proxy-table.ts';
import type { MeshSnapshot } from '../../../../src/model/snapshot.ts';
import { happeningsOf } from '../../../../src/sinks/http/page/happenings.ts';
import { answer, fresh, objects, pod } from '../../../support/mesh.ts';
import { DECLARED, listed, paymentMesh, playIncident } from '../../../support/payment-incident.ts';

const POD = 'checkout-v1-5c7d8e9f6b-qw4rt';

function change(at: number, namespace: string, name: string): ConfigChange {
  return { at: epochSeconds(at), kind: 'VirtualService', namespace, name, how: 'changed' };
}

function told(snapshot: MeshSnapshot, list: readonly ConfigChange[]): readonly string[] {
  const [row] = proxyTable(snapshot).filter(({ name }) => name === POD);
  assert.ok(row);
  const seen = new Map();
  return happeningsOf(row, { ...snapshot, configChanges: { seen, list } }).map((each) => {
    const at = Date.parse(each.at) / 1000 - DECLARED;
    return each.of === 'mesh'
      ? `${at} ${each.text}`
      : `${at} ${each.xdsTypes.join('+') || 'all'} ${each.from} > ${each.to}`;
  });
}

test('changes of state with what was written just before, newest first', () => {
  const mesh = paymentMesh();
  playIncident(mesh, 'stale', 30);
  const written = [
    change(DECLARED - 500, 'payment', 'long-before'),
    change(DECLARED - 5, 'istio-system', 'of-the-root-namespace'),
    change(DECLARED - 500, 'shop', 'elsewhere-long-before'),
    change(DECLARED, 'shop', 'elsewhere-just-before'),
    change(DECLARED + 25, 'shop', 'elsewhere-after'),
  ];
  const [first, ...others] = told(mesh.snapshot, written);
  assert.match(first ?? '', /^\d+ cds\+lds SYNCED > STALE$/);
  assert.deepEqual(
    others.filter((each) => each.includes('VirtualService')),
    [
      '0 VirtualService shop/elsewhere-just-before changed',
      '-5 VirtualService istio-system/of-the-root-namespace changed',
      '-500 VirtualService payment/long-before changed',
    ],
  );
});

test('what is written elsewhere in peace is none of it', () => {
  const mesh = paymentMesh();
  assert.deepEqual(told(mesh.snapshot, [change(DECLARED, 'shop', 'elsewhere')]), []);
  assert.deepEqual(told(mesh.snapshot, [change(DECLARED, '', 'of-the-cluster')]), [
    '0 VirtualService of-the-cluster changed',
  ]);
});

test('its proxy and istiods that were started since the exporter looks', () => {
  const mesh = paymentMesh();
  const proxy = { native: false, running: true, restarts: 1, startedAt: epochSeconds(DECLARED + 40) };
  mesh.setCluster({ pods: fresh(objects([pod('payment', POD, { proxy })])) });
  mesh.poll(DECLARED + 50, [
    answer(listed('n1'), { name: 'istiod-2', startedAt: epochSeconds(DECLARED + 45) }),
    answer([], { name: 'istiod-1' }),
  ]);
  const all = told(mesh.snapshot, []).filter((each) => each.includes('started'));
  assert.deepEqual(all, ['45 istiod-2 was started', '40 its proxy was started']);
});

test('at most sixty', () => {
  const mesh = paymentMesh();
  const many = Array.from({ length: 100 }, (_, nth) => change(DECLARED + nth, 'payment', `v${nth}`));
  const all = told(mesh.snapshot, many);
  assert.deepEqual([all.length, all[0]], [60, '99 VirtualService payment/v99 changed']);
});
