import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { ProxyInspection } from '../../../src/model/inspection.ts';
import type { MeshSnapshot } from '../../../src/model/snapshot.ts';
import { envoyLooks } from '../../../src/rungs/routes/envoy-looks.ts';
import { loadedWeights } from '../../../src/rungs/routes/loaded-weights.ts';
import { splitsOf } from '../../../src/rungs/routes/splits.ts';
import { recordedCluster } from '../../support/analysis-cases.ts';
import { clusterOf, snapshotOf } from '../../support/described-mesh.ts';
import { CHECKOUT, GATEWAY, PAYMENT, readConfigFixture } from '../../support/envoy-dump.ts';
import { fresh } from '../../support/mesh.ts';

async function lookInto(pod: string, recording: string, at: number): Promise<ProxyInspection> {
  const [name = '', namespace = ''] = pod.split('.');
  const weights = loadedWeights(await readConfigFixture(`${recording}/${pod}.envoy`));
  return { namespace, name, workload: name, at: epochSeconds(at), weights };
}

/** The recorded mesh, with looks into Envoys of a recording. */
async function lookedInto(recording: string, pods: readonly string[], ago = 1): Promise<MeshSnapshot> {
  const snapshot = snapshotOf(clusterOf(...recordedCluster().map(({ text }) => text)));
  const looks = await Promise.all(pods.map((pod) => lookInto(pod, recording, snapshot.takenAt - ago)));
  const proxies = new Map(looks.map((look) => [`${look.namespace}/${look.name}`, look]));
  return { ...snapshot, inspections: fresh({ proxies, failed: new Map() }, snapshot.takenAt) };
}

/** `OBJECT/ROUTE POD agrees`, for each split and each Envoy that holds it. */
function told(snapshot: MeshSnapshot): readonly string[] {
  return [...splitsOf(snapshot.cluster.config).values()].flatMap((split) =>
    envoyLooks(split, new Set(), snapshot).map(({ look, agrees }) => {
      return `${split.object.name}/${split.route} ${look.name.split('-')[0]} ${agrees ? 'agrees' : 'differs'}`;
    }),
  );
}

describe('what a real Envoy holds, against what is declared', () => {
  test('is the same in a healthy mesh, for each split and each proxy', async () => {
    assert.deepEqual([...told(await lookedInto('healthy', [CHECKOUT, PAYMENT, GATEWAY]))].sort(), [
      'bookinfo/ istio agrees',
      'payment-svc/payment-canary checkout agrees',
      'payment-svc/payment-canary payment agrees',
      'reviews/ checkout agrees',
      'reviews/ payment agrees',
      'reviews/jason-to-v2 checkout agrees',
      'reviews/jason-to-v2 payment agrees',
    ]);
  });

  test('is asked of callers alone where they are known, and old looks say nothing', async () => {
    const snapshot = await lookedInto('healthy', [CHECKOUT, PAYMENT]);
    const [split] = [...splitsOf(snapshot.cluster.config).values()].filter(
      ({ object }) => object.name === 'payment-svc',
    );
    assert.ok(split !== undefined);
    assert.equal(envoyLooks(split, new Set(['payment/checkout-v1']), snapshot).length, 1);
    assert.equal(envoyLooks(split, new Set(['payment/nobody']), snapshot).length, 0);
    assert.deepEqual(told(await lookedInto('healthy', [CHECKOUT], 61)), []);
  });
});
