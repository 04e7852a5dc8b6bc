import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { makeCertificate } from '../../../../src/demo/tls/certificate.ts';
import type { ProxyConnection } from '../../../../src/model/proxy.ts';
import { NotConnected } from '../../../../src/sources/istiod/not-connected.ts';
import { createXdsClient } from '../../../../src/sources/istiod/xds/client.ts';
import { askFailure } from '../../../support/istiod-source.ts';
import { fixturePath } from '../../../support/syncz.ts';
import { DEBUG, refusal, SERVER_NAME, STATUS, startXdsServer, type XdsAnswer } from '../../../support/xds-server.ts';

/*
 * What an istiod of Istio's main branch before 1.31 answered (test/fixtures/xds/README.md), byte for byte.
 */
const CA = makeCertificate('mesh CA');
const [SYNCZ, CONNECTIONS, OFF, NOT_CONNECTED, STATES, OWN_STATES, NOBODY] = await Promise.all([
  recording('debug-syncz'),
  recording('debug-connections'),
  recording('debug-off'),
  recording('dump-not-connected'),
  recording('status'),
  recording('status-own-namespace'),
  recording('status-nobody'),
]);
const REFUSALS = JSON.parse(await readFile(fixturePath('xds/refusals.json'), 'utf8')) as readonly {
  readonly about: string;
  readonly code: number;
  readonly details: string;
}[];

function recording(name: string): Promise<Buffer> {
  return readFile(fixturePath(`xds/${name}.bin`));
}

const says =
  (bytes: Buffer): XdsAnswer =>
  (stream) =>
    void stream.write(bytes);

/** A client beside an istiod that answers so. */
async function asking(t: TestContext, answers: Readonly<Record<string, XdsAnswer>>, ofNamespace = 'istio-system') {
  const server = await startXdsServer({ ca: CA, answers });
  t.after(() => server.stop());
  const client = createXdsClient(1 << 20);
  t.after(() => client.close());
  const claims = Buffer.from(JSON.stringify({ 'kubernetes.io': { namespace: ofNamespace } })).toString('base64url');
  const to = { address: server.address, serverName: SERVER_NAME, namespace: 'istio-system' };
  const signal = new AbortController().signal;
  return { client, question: { to, ca: Buffer.from(CA.cert), token: `e30.${claims}.x`, deadlineMs: 5_000, signal } };
}

const debugPort: XdsAnswer = (stream, { names }) =>
  void stream.write(names[0] === 'connections' ? CONNECTIONS : names[0] === 'syncz' ? SYNCZ : NOT_CONNECTED);

const statesOf = ({ namespace, name, types }: ProxyConnection) =>
  [`${name}.${namespace}`, types.cds?.state, types.eds?.state, types.lds?.state, types.rds?.state] as const;
const BOTH = [
  ['payment-svc-v1-6657bcd748-phmxc.payment', 'SYNCED', 'SYNCED', 'ERROR', undefined],
  ['reviews-v1-847f6f87d4-vgsgq.bookinfo', 'SYNCED', 'SYNCED', 'ERROR', undefined],
];

const WAYS: readonly (readonly [about: string, answers: Readonly<Record<string, XdsAnswer>>, knowsMore: boolean])[] = [
  ['as its debug port would say', { [DEBUG]: debugPort, [STATUS]: says(STATES) }, true],
  ['by states, with its debug port off', { [DEBUG]: says(OFF), [STATUS]: says(STATES) }, false],
];
for (const [about, answers, knowsMore] of WAYS) {
  test(`two sidecars are read ${about}, and the client itself is none`, async (t) => {
    const { client, question } = await asking(t, answers);
    const { proxies, skippedRows } = await client.sync(question);
    assert.equal(skippedRows, 0);
    assert.deepEqual(proxies.map(statesOf).toSorted(), BOTH);
    for (const { cluster, istioVersion, type, connectedAt, types } of proxies) {
      assert.deepEqual([cluster, istioVersion], ['Kubernetes', '1.31-dev']);
      assert.equal(type, knowsMore ? 'sidecar' : 'unknown');
      assert.equal(connectedAt !== undefined, knowsMore);
      assert.match(
        types.lds?.error ?? '',
        /^Error adding\/updating listener\(s\) .*unable to open file '\/dev\/stdout'/,
      );
      assert.ok((types.cds?.sentAt ?? 0) > 1_700_000_000);
    }
    assert.equal(await client.version(question), '1.31-dev');
  });
}

const STRANGERS: readonly (readonly [namespace: string, states: Buffer, read: number | 'denied'])[] = [
  ['payment', OWN_STATES, 'denied'],
  ['monitoring', NOBODY, 'denied'],
  // Named in DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES it is refused the one type, and shown all by the other.
  ['monitoring', STATES, 2],
];
for (const [namespace, states, read] of STRANGERS) {
  test(`a token of ${namespace} that is shown ${states.length} bytes: ${read}`, async (t) => {
    const [{ code, details } = { code: 0, details: '' }] = REFUSALS;
    const { client, question } = await asking(
      t,
      { [DEBUG]: refusal(code, details), [STATUS]: says(states) },
      namespace,
    );
    if (read !== 'denied') return assert.equal((await client.sync(question)).proxies.length, read);
    assert.deepEqual((await askFailure(client.sync(question))).code, 'denied');
  });
}

for (const { about, code, details } of REFUSALS) {
  test(`refused is ${about}`, async (t) => {
    const refuses = refusal(code, details);
    const { client, question } = await asking(t, { [DEBUG]: refuses, [STATUS]: refuses });
    const reason = await askFailure(client.sync(question));
    assert.deepEqual([reason.code, reason.code === 'denied' && reason.status], ['denied', code === 7 ? 403 : 401]);
  });
}

test('a proxy that is connected to nobody, or to another istiod', async (t) => {
  const { client, question } = await asking(t, { [DEBUG]: debugPort });
  await assert.rejects(client.dump(question, 'nobody.payment'), NotConnected);
});
