import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import type { LadderDocument } from '../../src/sinks/report/ladder-json.ts';
import { startIstiodServer, text } from '../support/istiod-server.ts';
import { kubeconfigOf } from '../support/live-mesh.ts';
import { type Lead, startPortForwardServer, statusText } from '../support/port-forward-server.ts';
import { type ProcessRun, runProcess } from '../support/run-process.ts';

const folder = await mkdtemp(join(tmpdir(), 'meshladder-check-live-'));
after(() => rm(folder, { recursive: true }));

/** `check` in a cluster of one istiod, at whose address nobody listens. */
async function checkThrough(t: TestContext, lead: Lead, ...argv: string[]): Promise<ProcessRun> {
  const server = await startPortForwardServer();
  t.after(() => server.stop());
  const pod = {
    metadata: {
      name: 'istiod-a',
      namespace: 'istio-system',
      uid: 'a',
      creationTimestamp: '2026-11-21T02:00:00Z',
      labels: { app: 'istiod' },
    },
    spec: { containers: [{ name: 'discovery' }] },
    status: {
      phase: 'Running',
      podIP: '127.0.0.1',
      podIPs: [{ ip: '127.0.0.1' }],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
  const annotated = { ...pod, metadata: { ...pod.metadata, annotations: { 'prometheus.io/port': '1' } } };
  server.objects.set('/api/v1/pods', { kind: 'PodList', metadata: { resourceVersion: '7' }, items: [annotated] });
  server.lead('istiod-a.istio-system', 1, lead);
  const kubeconfig = join(folder, `config-${new URL(server.url).port}`);
  await writeFile(kubeconfig, kubeconfigOf(server.url));
  return runProcess(['check', '--kubeconfig', kubeconfig, ...argv]);
}

test('istiods that no address leads to are asked through forwarded ports', async (t) => {
  const istiod = await startIstiodServer({ '/debug/syncz': text('[]'), '/version': text('1.30.3-abcdef0-Clean') });
  t.after(() => istiod.stop());
  const run = await checkThrough(t, { kind: 'tcp', port: istiod.port }, '-o', 'json');
  const document = JSON.parse(run.stdout) as LadderDocument;
  const [first] = document.rungs;
  assert.deepEqual([first?.id, first?.verdict, first?.summary], ['control-plane', 'ok', '1 istiod answers (1.30.3)']);
  assert.ok(istiod.seen.every(({ authorization }) => authorization === undefined));
});

test('without the right to forward, the first rung tells which, and stderr what to do without', async (t) => {
  const run = await checkThrough(t, {
    kind: 'status',
    status: 403,
    body: statusText(403, 'pods "istiod-a" is forbidden'),
  });
  assert.notEqual(run.code, 0);
  const words = run.stdout.replaceAll(/\s+/g, ' ');
  assert.match(words, /grant get and create on pods\/portforward in namespace istio-system/);
  assert.match(run.stderr, /where a forwarded port does not do, either\n {2}meshladder check --url/);
});
