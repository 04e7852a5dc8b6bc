import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  analyzeFiles,
  FIXTURES,
  fileOf,
  ofNamespace,
  recordedCluster,
  said,
  saidByIstioctl,
} from '../../support/analysis-cases.ts';

const CASES = readdirSync(new URL('analyze-live/', FIXTURES)).filter((name) => !name.includes('.'));

/** The namespace that was asked for with -n; none for -A. */
function askedFor(name: string): string | undefined {
  const [command = ''] = readFileSync(new URL(`analyze-live/${name}/expected.txt`, FIXTURES), 'utf8').split('\n');
  return /analyze -n (\S+)/.exec(command)?.[1];
}

/** What a recording has beside its objects.yaml. */
const BESIDE: Readonly<Record<string, string>> = {
  // Its cluster had two namespaces more.
  ist0139:
    'apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: legacy}',
  // A status cannot be applied: it was written afterwards.
  ist0171: `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: ext, namespace: an-ist0171}
spec: {hosts: [x.example.com], resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]}
status: {conditions: [{type: istio.io/WaypointBound, status: 'False', reason: NoWaypoint, message: waypoint gone}]}`,
};

for (const name of CASES) {
  test(`analyze-live/${name}: says what istioctl said, of the objects alone and within a cluster`, () => {
    const namespace = askedFor(name);
    const beside = BESIDE[name] === undefined ? [] : [{ name: 'beside.yaml', text: BESIDE[name] }];
    const objects = [fileOf(`analyze-live/${name}/objects.yaml`), ...beside];
    const expected = saidByIstioctl(`analyze-live/${name}/expected.json`);
    const alone = analyzeFiles(objects);
    assert.deepEqual(alone.unknown, []);
    assert.deepEqual(said(namespace === undefined ? alone.findings : ofNamespace(alone.findings, namespace)), expected);
    // With -A the other objects of the cluster show, too.
    if (namespace === undefined) return;
    const within = analyzeFiles([...recordedCluster(), ...objects]);
    assert.deepEqual(said(ofNamespace(within.findings, namespace)), expected);
  });
}

test('every recorded case is tried, and of the kinds the folder has', () => {
  assert.equal(CASES.length, 36);
  assert.equal(CASES.filter((name) => name.startsWith('clean-')).length, 8);
});

const FOUR = ['1-vs-gateway-missing', '2-dr-subset-no-pods', '3-peerauth-conflict', '4-serviceentry-shadow'];

/** What we see in the four and istioctl does not, by what is analysed. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  '3-peerauth-conflict': [
    // Of the same namespace and of equal age: the first by name counts.
    'ML0001 PeerAuthentication/payment/payment-strict-a',
    'ML0002 PeerAuthentication/payment/payment-svc-disable',
  ],
  '4-serviceentry-shadow': [
    'ML0003 ServiceEntry/bookinfo/shadow-payment-b',
    'ML0003 ServiceEntry/payment/shadow-payment',
  ],
};

/** Against a cluster whose own PeerAuthentication of that namespace is older. */
const OURS_IN_CLUSTER: Readonly<Record<string, readonly string[]>> = {
  ...OURS,
  '3-peerauth-conflict': [
    'ML0001 PeerAuthentication/payment/payment-permissive-b',
    'ML0001 PeerAuthentication/payment/payment-strict-a',
    'ML0002 PeerAuthentication/payment/payment-svc-disable',
  ],
};

for (const name of FOUR) {
  test(`analyze/${name}: the file alone, as with --use-kube=false`, () => {
    const { findings, unknown } = analyzeFiles([fileOf(`analyze/${name}.yaml`)]);
    const expected = [...saidByIstioctl(`analyze/${name}.file-A.json`), ...(OURS[name] ?? [])].sort();
    assert.deepEqual(said(findings), expected);
    assert.ok(unknown.some(({ codes, why }) => codes.includes('IST0173') && why.includes('Pods are not known')));
    assert.deepEqual(said(ofNamespace(findings, 'default')), saidByIstioctl(`analyze/${name}.file.json`));
  });

  test(`analyze/${name}: the file within the cluster`, () => {
    const { findings } = analyzeFiles([...recordedCluster(), fileOf(`analyze/${name}.yaml`)]);
    const ours = (OURS_IN_CLUSTER[name] ?? []).filter((line) => line.includes('/payment/'));
    const expected = [...saidByIstioctl(`analyze/${name}.kube.json`), ...ours].sort();
    assert.deepEqual(said(ofNamespace(findings, 'payment')), expected);
  });
}

test('analyze/cluster-A: the cluster as it was', () => {
  assert.deepEqual(said(analyzeFiles(recordedCluster()).findings), saidByIstioctl('analyze/cluster-A.json'));
});

test('analyze/live-four-problems: all four at once', () => {
  const { findings } = analyzeFiles([...recordedCluster(), ...FOUR.map((name) => fileOf(`analyze/${name}.yaml`))]);
  const ours = FOUR.flatMap((name) => OURS_IN_CLUSTER[name] ?? []);
  assert.deepEqual(said(findings), [...saidByIstioctl('analyze/live-four-problems.json'), ...ours].sort());
});
