import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trustOf } from '../../src/cli/istiod-trust.ts';
import { makeCertificate } from '../../src/demo/tls/certificate.ts';
import { KubeApiError } from '../../src/sources/kubernetes/kube-api.ts';

const ISTIOD = { address: '10.44.0.1:15012', serverName: 'istiod.istio-system.svc', namespace: 'istio-system' };
const NEVER = new AbortController().signal;
const CA = makeCertificate('mesh CA').cert;

/** An API server that is away at first, and what was asked of it. */
function recovering() {
  const asked: string[] = [];
  const answer = async (what: string, object: Readonly<Record<string, unknown>>) => {
    asked.push(what);
    if (asked.length > 1) return object;
    throw new KubeApiError({ code: 'invalid', detail: 'the API server answered 503' }, { status: 503 });
  };
  const kube = {
    get: () => answer('get', { data: { 'root-cert.pem': CA } }),
    create: () => answer('create', { status: { token: 'a.new.token' } }),
  };
  const access = { wish: 'auto', caFile: undefined, tokenFile: undefined, requestToken: 'default' } as const;
  const trust = trustOf(access, kube);
  assert.ok(trust?.token);
  return { asked, ca: () => trust.ca(ISTIOD, NEVER), token: () => trust.token?.(ISTIOD, NEVER) };
}

const READS = [
  ['ca', /cannot read the ConfigMap istio-ca-root-cert .* 503; give --ca-file/, CA],
  ['token', /no token is made for service account default .* 503; give --token-file/, 'a.new.token'],
] as const;
for (const [what, refused, value] of READS) {
  test(`${what}: who asks at once shares one answer, a failure is nobody's but theirs, and what is had is kept`, async () => {
    const { asked, [what]: read } = recovering();
    const [one, other] = await Promise.allSettled([read(), read()]);
    for (const { reason } of [one, other] as readonly PromiseRejectedResult[]) assert.match(String(reason), refused);
    assert.equal(asked.length, 1);
    assert.equal(String(await read()), value);
    assert.equal(String(await read()), value);
    assert.equal(asked.length, 2);
  });
}
