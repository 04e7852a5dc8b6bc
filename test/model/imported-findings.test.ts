import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { objectPath } from '../../src/model/analysis.ts';
import { readIstioctlFindings, withImported } from '../../src/model/imported-findings.ts';

function recorded(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'));
}

test('a recorded answer', () => {
  const findings = readIstioctlFindings(recorded('analyze/cluster-A.json'));
  assert.deepEqual(
    findings.map(({ code, level, object }) => `${level} ${code} ${objectPath(object)}`),
    [
      'Warning IST0133 AuthorizationPolicy/payment/payment-deny-admin',
      'Warning IST0133 EnvoyFilter/istio-system/rig-upstream-envoy',
      'Warning IST0151 EnvoyFilter/istio-system/rig-upstream-envoy',
      'Info IST0102 Namespace/default',
      'Info IST0102 Namespace/legacy',
      'Info IST0118 Service/istio-system/istio-ingressgateway',
    ],
  );
});

test('null is what istioctl writes where it finds nothing', () => assert.deepEqual(readIstioctlFindings(null), []));

const MESSAGE = { code: 'IST0101', level: 'Error', origin: 'VirtualService shop/web', message: 'x' };
const BAD: readonly (readonly [string, unknown])[] = [
  ['no list', {}],
  ['no object', ['x']],
  ['no code', [{ ...MESSAGE, code: undefined }]],
  ['a code that is none', [{ ...MESSAGE, code: 'X1' }]],
  ['a level that is none', [{ ...MESSAGE, level: 'Fatal' }]],
  ['an origin that is none', [{ ...MESSAGE, origin: 'somewhere' }]],
];
for (const [what, answer] of BAD)
  test(`${what} is refused`, () => assert.throws(() => readIstioctlFindings(answer), /it is no list|lacks/));

test('what both say is said once, in our words', () => {
  const [theirs] = readIstioctlFindings([MESSAGE]);
  assert.ok(theirs);
  const ours = { ...theirs, text: 'ours' };
  assert.deepEqual(withImported({ findings: [ours], unknown: [] }, [theirs]).findings, [ours]);
  assert.deepEqual(withImported({ findings: [], unknown: [] }, [theirs]).findings, [theirs]);
});

test('a message is one line, and not endless', () => {
  const [finding] = readIstioctlFindings([{ ...MESSAGE, message: `a\nb${'x'.repeat(5_000)}` }]);
  assert.ok(finding && finding.text.length <= 1_000 && finding.text.startsWith('a b'));
});
