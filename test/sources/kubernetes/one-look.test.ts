import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import { KINDS } from '../../../src/sources/kubernetes/kinds.ts';
import { createKubeApi } from '../../../src/sources/kubernetes/kube-api-client.ts';
import { createOneLook } from '../../../src/sources/kubernetes/one-look.ts';
import { json, startFakeKubeApi } from '../../support/fake-kube-api.ts';

const kube = await startFakeKubeApi();
const api = createKubeApi({
  access: {
    server: kube.url,
    origin: 'a test',
    credentials: async () => ({ headers: {}, tls: {} }),
    renew: async () => {},
  },
});
after(async () => {
  await api.close();
  await kube.stop();
});

test('an object that cannot be read is left out, and said to be', async () => {
  const good = {
    metadata: { name: 'a', namespace: 'shop', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: [] },
    status: {},
  };
  const bad = { ...good, metadata: { name: 'b', namespace: 'shop', uid: 'v' } };
  kube.always('/api/v1/pods', json({ metadata: { resourceVersion: '1' }, items: [good, bad] }));
  const said: string[] = [];
  const look = createOneLook({
    api,
    now: () => epochSeconds(1),
    signal: AbortSignal.timeout(30_000),
    onUnreadable: (words) => void said.push(words),
  });
  const pods = await look.core(KINDS.pods, []);
  assert.deepEqual(pods.state === 'fresh' ? [...pods.value.keys()] : pods.state, ['shop/a']);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /^\/api\/v1\/pods: shop\/b: .*creationTimestamp/);
});
