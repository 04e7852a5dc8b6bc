import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unreachableRemedy } from '../../src/cli/istiod-remedy.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import type { IstiodAccess, IstiodAnswer } from '../../src/model/control-plane.ts';
import type { SourceError } from '../../src/model/source-error.ts';

const DENIED: SourceError = { code: 'denied', status: 401, detail: 'denied' };
const REFUSED: SourceError = { code: 'refused', detail: 'refused' };
const LATE: SourceError = { code: 'timeout', afterMs: 1, detail: 'late' };
const INVALID: SourceError = { code: 'invalid', detail: 'invalid' };

function answer(access: IstiodAccess, error?: SourceError): IstiodAnswer {
  const istiod = { name: 'istiod-a', namespace: 'istio-east', revision: 'default' };
  return { istiod, access, polledAt: epochSeconds(1), proxies: [], ...(error !== undefined && { error }) };
}

const ALSO_XDS: SourceError = { ...DENIED, detail: 'asks for a token; nor over HTTP: it is off' };

const CASES: readonly (readonly [about: string, istiods: readonly IstiodAnswer[], said: RegExp | undefined])[] = [
  ['no istiod', [], undefined],
  ['one of two answers', [answer('http', REFUSED), answer('http')], undefined],
  ['addresses lead nowhere', [answer('http', REFUSED), answer('http', LATE)], /^pod addresses cannot be reached/],
  ['istiods want a token', [answer('http', DENIED)], /^istiod lets strangers in only through a forwarded port/],
  ['istiods say what is no answer', [answer('http', INVALID)], undefined],
  ['no right to forward', [answer('port_forward', DENIED)], /^where a forwarded port does not do/],
  ['no WebSocket', [answer('port_forward', INVALID)], /^ports cannot be forwarded from here/],
  ['a forward that leads nowhere', [answer('port_forward', REFUSED)], undefined],
  ['over xDS, which says itself', [answer('xds', DENIED)], undefined],
  ['over xDS too, which says itself', [answer('port_forward', ALSO_XDS)], undefined],
];

for (const [about, istiods, said] of CASES) {
  test(`${about}: ${said === undefined ? 'no remedy' : 'a remedy'}`, () => {
    const remedy = unreachableRemedy('check', istiods);
    if (said === undefined) return assert.equal(remedy, undefined);
    assert.match(remedy ?? '', said);
    assert.match(remedy ?? '', /meshladder check --url .*\n?.*[\s\S]*meshladder check --server/);
  });
}

test('the namespace of the istiod is named', () => {
  assert.match(
    unreachableRemedy('check', [answer('http', REFUSED)]) ?? '',
    /kubectl -n istio-east port-forward pod\/istiod-a/,
  );
});
