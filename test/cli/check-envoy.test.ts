import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LadderDocument, RungDocument } from '../../src/sinks/report/ladder-json.ts';
import { CHECKOUT, GATEWAY, PAYMENT } from '../support/envoy-dump.ts';
import { PAYMENT_TWIN, startTestMesh, type TestMesh } from '../support/live-mesh.ts';
import { statusText } from '../support/port-forward-server.ts';
import { runCli } from '../support/run-cli.ts';

const ORDERS = 'orders-5f6c7d8e9f-aaaaa.payment';
const LEDGER = 'ledger-6c7d8e9f5f-bbbbb.payment';

/** The gateway is behind, and nobody else; what istiod would send PAYMENT is not what its Envoy has. */
describe('check of one pod looks into its Envoy', () => {
  let mesh: TestMesh;
  before(async () => {
    mesh = await startTestMesh();
  });
  after(() => mesh.stop());

  async function rung(...argv: readonly string[]): Promise<RungDocument & { readonly polls: number }> {
    const before = polls();
    const { stdout, stderr } = await runCli(['check', ...argv, '--kubeconfig', mesh.kubeconfig, '-o', 'json']);
    assert.notEqual(stdout, '', stderr);
    const found = (JSON.parse(stdout) as LadderDocument).rungs.find(({ id }) => id === 'config-diff');
    return { ...found!, polls: polls() - before };
  }
  function polls(): number {
    return mesh.istiods[0]!.asked.filter((each) => each.startsWith('GET /debug/syncz')).length;
  }
  const said = ({ verdict, summary }: RungDocument): string => `${verdict}: ${summary}`;

  test('an Envoy that holds what istiod would send, at once, though another proxy is behind', async () => {
    const looked = await rung(CHECKOUT);
    assert.equal(said(looked), 'ok: the proxy looked into holds what istiod would send');
    assert.equal(looked.polls, 1);
  });

  test('one that holds something else', async () => {
    const looked = await rung(PAYMENT);
    assert.match(said(looked), /^finding: payment-svc-v1-\S+\.payment in \d+ resources? not as istiod would send: /);
    assert.match(looked.next ?? '', /^meshladder diff payment-svc-v1-\S+\.payment --kubeconfig /);
  });

  test('one that is behind is polled twice', async () => {
    assert.equal((await rung(GATEWAY)).polls, 2);
  });

  test('through istiods at URLs', async () => {
    const urls = mesh.istiods.flatMap(({ port }) => ['--url', `http://127.0.0.1:${port}`]);
    assert.equal(said(await rung(CHECKOUT, ...urls)), 'ok: the proxy looked into holds what istiod would send');
  });

  test('an istiod that does not say is no word against the proxy', async () => {
    const looked = await rung(PAYMENT_TWIN);
    assert.equal(said(looked), 'unknown: istiod did not say what it would send');
    assert.match(looked.evidence[0] ?? '', /9zzzz\.payment: .*is connected to no istiod \(asked: istiod-/);
    assert.equal(looked.off, undefined);
  });

  for (const [about, pod, why] of [
    ['a pod outside of the mesh', ORDERS, 'the pod has no Envoy'],
    ['a proxy that does not run yet', LEDGER, 'its istio-proxy does not run'],
  ] as const) {
    test(about, async () => {
      const looked = await rung(pod);
      assert.equal(said(looked), `unknown: ${why}`);
      assert.equal(looked.off, true);
    });
  }

  test('where ports may not be forwarded, the right that is lacking is named', async (t) => {
    const { server, admins } = mesh;
    const port = admins.get(CHECKOUT)!.port;
    t.after(() => server.lead(CHECKOUT, 15_000, { kind: 'tcp', port }));
    server.lead(CHECKOUT, 15_000, { kind: 'status', status: 403, body: statusText(403, 'pods is forbidden') });
    const looked = await rung(CHECKOUT);
    assert.equal(said(looked), 'unknown: the look into its Envoy failed');
    assert.match(looked.evidence.join(' '), /grant get and create on pods\/portforward in namespace payment/);
  });

  test('left out on wish, and where no pod is asked for', async () => {
    const left = await rung(CHECKOUT, '--no-inspect');
    assert.equal(said(left), 'unknown: not looked into (--no-inspect)');
    const whole = await rung('-n', 'payment');
    assert.equal(said(whole), 'unknown: Envoys are looked into for one pod at a time');
    assert.deepEqual([left.off, whole.off, whole.polls], [true, true, 1]);
  });
});
