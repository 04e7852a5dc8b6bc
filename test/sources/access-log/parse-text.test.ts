import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LineReading } from '../../../src/sources/access-log/access-line.ts';
import { parseText } from '../../../src/sources/access-log/parse-text.ts';
import type { RawRequest } from '../../../src/sources/access-log/raw-request.ts';
import { type Logged, logged, REQUEST, TEXT_VERSIONS, type TextVersion, textLine } from '../../support/access-lines.ts';

const AT = Date.UTC(2026, 7, 1, 9, 14, 3, 512) / 1000;

/** What a line of this request tells, worked out from what was written, not from the line. */
function told(request: Logged, version: TextVersion = '1.23+'): RawRequest {
  const hasDetails = version === '1.9-1.22' || version === '1.23+';
  return {
    responseCode: request.code,
    flags: request.flags,
    details: hasDetails ? request.details : '-',
    terminationDetails: hasDetails ? request.termination : '-',
    transportFailure: request.transport,
    authority: /\|[^|;]+;?$/.test(request.cluster) ? '-' : request.authority,
    upstreamCluster: request.cluster,
    downstreamLocalAddress: request.cluster === '-' ? request.downstreamLocal : '-',
    route: version === '1.2' ? '-' : request.route,
  };
}

function rawOf(reading: LineReading): RawRequest | undefined {
  return reading === undefined || reading === 'unclear' ? undefined : reading.raw;
}

/** Requests of every kind a sidecar writes. */
const REQUESTS: Readonly<Record<string, Partial<Logged>>> = {
  'an outbound request': {},
  'one without a subset': { cluster: 'outbound|8080||cart.shop.svc.cluster.local' },
  'one with the semicolon of Istio 1.23': { cluster: 'outbound|8080||cart.shop.svc.cluster.local;' },
  'an inbound one, whose service is in the authority': { cluster: 'inbound|8080||' },
  'one without any cluster': { cluster: '-', upstreamHost: '-', upstreamLocal: '-', code: '404', flags: 'NR' },
  'one through no service': { cluster: 'PassthroughCluster', authority: '-' },
  'plain TCP': {
    method: '-',
    path: '-',
    protocol: '-',
    code: '0',
    flags: 'UF,URX',
    details: '-',
    forwardedFor: '-',
    userAgent: '-',
    requestId: '-',
    authority: '-',
  },
  'no flag, no details': { code: '200', flags: '-', details: '-', transport: '-', serviceTime: '3' },
  'a client that went away': { code: '0', flags: 'DC', details: 'downstream_remote_disconnect' },
  'a denial on TCP, in the termination details': {
    code: '0',
    flags: '-',
    details: '-',
    termination: 'rbac_access_denied_matched_policy[ns[a]-policy[b]-rule[0]]',
  },
  'termination details with blanks': { termination: 'closed by the peer' },
  'a transport failure of many words': {
    transport: 'TLS_error:|268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:TLS_error_end',
  },
  'IPv6, unix and envoy addresses': { upstreamHost: '[fd00::9]:8080', downstreamLocal: '[fd00::1]:80' },
  'an internal listener': { upstreamHost: 'envoy://connect_originate/10.1.0.9:8080' },
  'the server name of mTLS': { serverName: 'outbound_.8080_._.cart.shop.svc.cluster.local' },
  'HTTP/2 and HTTP/3': { protocol: 'HTTP/2' },
  'a code no standard knows': { code: '799' },
  'a flag of an extension': { flags: 'X_Custom1,UH' },
  'a user agent that is not ASCII': { userAgent: 'Überwachung/2.1 (état; 監視)' },
  'a user agent with quotes': { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) "quoted" agent' },
  'a path with quotes': { path: '/a"b"c' },
  'seconds without a fraction': { start: '2026-08-01T09:14:03Z' },
};

for (const version of TEXT_VERSIONS) {
  test(`Istio ${version} by default writes text that is read`, async (t) => {
    for (const [name, over] of Object.entries(REQUESTS)) {
      await t.test(name, () => {
        const request = logged(over);
        const reading = parseText(textLine(request, version));
        assert.deepEqual(rawOf(reading), told(request, version));
        assert.equal((reading as { at: number }).at, request.start.includes('.') ? AT : Math.floor(AT));
      });
    }
  });
}

test('an authority that is not whole decides nothing', () => {
  const inbound = { cluster: 'inbound|8080||' };
  for (const over of [
    { authority: 'cart.shop" "x' },
    { authority: 'cart shop' },
    { authority: 'cart"shop' },
    { authority: '' },
    { userAgent: 'a" "b' },
    { forwardedFor: '" "payment.payment:8080" "' },
  ]) {
    const raw = rawOf(parseText(textLine(logged({ ...inbound, ...over }))));
    assert.equal(raw?.authority, '-', JSON.stringify(over));
  }
});

test('lines that only look alike are none', async (t) => {
  const line = textLine(REQUEST);
  const table: Readonly<Record<string, string>> = {
    nothing: '',
    'a bracket': '[',
    'no time': line.replace(REQUEST.start, 'yesterday'),
    'a day that does not exist': line.replace('2026-08-01', '2026-02-30'),
    'a month that does not exist': line.replace('2026-08-01', '2026-13-01'),
    'no blank behind the bracket': line.replace('] "', ']"'),
    'a word in place of the code': line.replace(' 503 ', ' bad '),
    'a code of four digits': line.replace(' 503 ', ' 5030 '),
    'a code below 100': line.replace(' 503 ', ' 012 '),
    'flags in small letters': line.replace(' URX,UF ', ' urx,uf '),
    'flags with a blank': line.replace(' URX,UF ', ' URX, UF '),
    'flags with an empty word': line.replace(' URX,UF ', ' URX,,UF '),
    'more flags than there are': line.replace(' URX,UF ', ` ${Array.from({ length: 40 }, () => 'UF').join(',')} `),
    'a flag of no end': line.replace(' URX,UF ', ` U${'F'.repeat(50)} `),
    'a number missing': line.replace(' 0 19 41 - ', ' 0 19 41 '),
    'a number too many': line.replace(' 0 19 41 - ', ' 0 19 41 - - '),
    'letters in a number': line.replace(' 0 19 41 - ', ' 0 1e9 41 - '),
    'a word too few at the end': line.slice(0, line.lastIndexOf(' ')),
    'a word too many at the end': `${line} more`,
    'a blank at the end': `${line} `,
    'two blanks in the tail': line.replace(' default', '  default'),
    'a quote at the end': `${line}"`,
    'a header value missing': line.replace(' "0f9c-req"', ''),
    'cut in the middle': line.slice(0, line.length / 2),
    'empty values left out': textLine(logged({ flags: '', transport: '', serviceTime: '' })),
    'a blank in the path, beside quotes of a caller': textLine(logged({ path: '/a b"', userAgent: '"' })),
  };
  for (const [name, text] of Object.entries(table)) {
    await t.test(name, () => assert.equal(rawOf(parseText(text)), undefined));
  }
});

/** Characters a client can send in a header value: none that end a line. */
const headerChar = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('"', ' ', '" "', '-', '" ', ' "', '\\', '|', '[', ']', '\t', '0', 'é') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 4 }) },
);
const headerValue = fc.array(headerChar, { maxLength: 12 }).map((parts) => parts.join(''));
const path = fc.string({ unit: 'grapheme-ascii', maxLength: 20 }).map((text) => `/${text.replaceAll(' ', '%20')}`);

test('whatever the values of a client hold, a line tells what the proxy wrote, or is not counted', () => {
  const client = fc.record({
    path,
    forwardedFor: headerValue,
    userAgent: headerValue,
    requestId: headerValue,
    authority: headerValue,
  });
  const proxy = fc.record({
    code: fc.constantFrom('0', '200', '404', '503'),
    flags: fc.constantFrom('-', 'NR', 'UF,URX', 'DC'),
    details: fc.constantFrom('-', 'via_upstream', 'route_not_found'),
    cluster: fc.constantFrom('-', 'inbound|8080||', 'outbound|80|v2|a.b.svc.cluster.local', 'PassthroughCluster'),
    route: fc.constantFrom('-', 'default', 'canary'),
  });
  let counted = 0;
  fc.assert(
    fc.property(client, proxy, fc.constantFrom(...TEXT_VERSIONS), (fromClient, fromProxy, version) => {
      const request = logged({ ...fromClient, ...fromProxy });
      const raw = rawOf(parseText(textLine(request, version)));
      if (raw === undefined) return;
      counted += 1;
      // What decides a destination besides: an authority that is told is the one that was sent.
      const truth = told(request, version);
      const authority = raw.authority === '-' ? '-' : truth.authority;
      assert.deepEqual(raw, { ...truth, authority });
    }),
    { numRuns: 3000 },
  );
  assert.ok(counted > 2500, `only ${counted} of 3000 lines were read`);
});

test('no input throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      parseText(text);
      parseText(`[2026-08-01T09:14:03.512Z] "${text}`);
      parseText(`[2026-08-01T09:14:03.512Z] "GET / HTTP/1.1" ${text}`);
    }),
    { numRuns: 2000 },
  );
});
