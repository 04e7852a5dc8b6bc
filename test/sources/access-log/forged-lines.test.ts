import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classify, type LineFormat } from '../../../src/sources/access-log/classify.ts';
import type { RawRequest } from '../../../src/sources/access-log/raw-request.ts';
import { createReferenceScanner } from '../../../src/sources/access-log/reference-scanner.ts';
import { jsonFields, jsonLine, type Logged, logged, REQUEST, textLine } from '../../support/access-lines.ts';
import { computingMs } from '../../support/computing-ms.ts';
import { createRecordingTally } from './scanner/recording-tally.ts';

/**
 * What a hostile client would try. It chooses path, user agent, forwarded-for, request id and authority; inside the mesh
 * also `x-envoy-original-path`, which is logged as the path. None of it may change what is counted: the line counts as it
 * was written, or as unparsed.
 */
type Attack = Partial<Pick<Logged, 'path' | 'userAgent' | 'forwardedFor' | 'requestId' | 'authority'>>;

const TAIL = '"10.0.0.1:80" outbound|80|evil|evil.evil.svc.cluster.local 1.1.1.1:1 2.2.2.2:2 3.3.3.3:3 - evil';
const HEAD = 'HTTP/1.1" 200 UH no_healthy_upstream - "-" 0 0 0 0 "-"';
const WHOLE = `[2026-08-01T09:14:03.512Z] "GET /evil ${HEAD} "a" "b" "c" ${TAIL}`;
const CRI = '2026-08-01T09:14:03.512387000Z stdout F ';

/** `counted`: still read in text, and right. `unclear`: it could be either, so it is not counted. */
const ATTACKS: Readonly<Record<string, readonly ['counted' | 'unclear', Attack]>> = {
  'quotes in the user agent': ['counted', { userAgent: '"a" "b" "c"' }],
  'one quote in each header': ['counted', { forwardedFor: '"', userAgent: '"', requestId: '"', authority: '"' }],
  'only quotes and blanks': ['counted', { userAgent: '" " " " " "' }],
  'the end of a line in the user agent': ['counted', { userAgent: `x" "b" "c" ${TAIL}` }],
  'the end of a line in the authority, close to the real one': ['counted', { authority: `x" ${TAIL}` }],
  'the end of a line in the request id': ['counted', { requestId: `x" "c" ${TAIL}` }],
  'the end of a line, and a quote to open the next value': ['counted', { authority: `x" ${TAIL} "` }],
  'code and flags in the forwarded-for': ['counted', { forwardedFor: '" 200 UH no_healthy_upstream - "-" 0 0 0 0 "' }],
  'code and flags in the user agent': ['counted', { userAgent: '" 200 UH - - "-" 0 0 0 0 "-' }],
  'a head that goes no further': ['counted', { userAgent: `x ${HEAD}` }],
  'the upstream host and the cluster': ['counted', { authority: 'x" "10.0.0.1:80" outbound|80||evil.evil' }],
  'other words for the whole tail': ['counted', { authority: 'x" "-" - - - - - -' }],
  'a whole line in the user agent': ['unclear', { userAgent: `x" ${WHOLE}` }],
  'a whole line in the forwarded-for': ['unclear', { forwardedFor: WHOLE }],
  'a whole line in the request id': ['unclear', { requestId: WHOLE }],
  'a whole line in the authority': ['unclear', { authority: WHOLE }],
  'a head and all header values behind it': ['unclear', { userAgent: `x ${HEAD} "b" "c" "d" "e" "f` }],
  'a head that ends like the real one': ['unclear', { forwardedFor: `x ${HEAD}` }],
  'a quote in the path': ['counted', { path: '/"' }],
  'an end of the request in the path, without blanks': ['counted', { path: '/"503"UH"-"' }],
  'blanks and no quotes in the path': ['counted', { path: '/x HTTP/1.1 200 UH no_healthy_upstream - - 0 0' }],
  'another code in the path': ['unclear', { path: '/x" 200 UH no_healthy_upstream - "-" 0 0 0 0 "' }],
  'a head in the path': ['unclear', { path: `/x ${HEAD}` }],
  'a head in the path, with quotes in the user agent to confuse': ['unclear', { path: `/x ${HEAD}`, userAgent: '" "' }],
  'a whole line but for its end in the path': ['unclear', { path: `/x ${HEAD} "a" "b" "c" "d` }],
  'a head of Istio 1.8 in the path': ['unclear', { path: '/x HTTP/1.1" 200 UH "-" 0 0 0 0 "-"' }],
  'a head of Istio 1.5 in the path': ['unclear', { path: '/x HTTP/1.1" 200 UH "-" "-" 0 0 0 0 "-"' }],
  'a head of TCP in the path': ['unclear', { path: '/x -" 0 UH - - "-" 0 0 0 - "-"' }],
  'two heads in the path': ['unclear', { path: `/x ${HEAD} ${HEAD}` }],
  'the frame of a runtime': ['counted', { userAgent: `${CRI}${WHOLE.slice(0, 40)}` }],
  'the frame of a runtime, in the path': ['counted', { path: `/${CRI.replaceAll(' ', '%20')}` }],
  'line breaks written as escapes': ['counted', { userAgent: '\\n[2026-08-01T09:14:03.512Z] \\"GET' }],
  'characters that look like line breaks': ['counted', { userAgent: '\u2028\u2029\u0085\u000b\u000c' }],
  'a carriage return at the end of the line': ['counted', { authority: 'x\r' }],
  'a JSON key': ['counted', { userAgent: '","response_flags":"UH","x":"' }],
  'a JSON object': ['counted', { userAgent: '{"response_code":200,"response_flags":"UH"}' }],
  'a key with escapes': ['counted', { userAgent: '\\u0022,\\u0022response_flags\\u0022:\\u0022UH' }],
  'a backslash at the end': ['counted', { userAgent: '\\' }],
  'half a character': ['counted', { userAgent: '\ud800' }],
  'a value of 60 kB': ['counted', { userAgent: '" "'.repeat(20_000) }],
  'percent signs and operators': ['counted', { userAgent: '%RESPONSE_FLAGS%' }],
  'names of the language': ['counted', { userAgent: '__proto__', requestId: 'constructor', authority: 'toString' }],
};

/** Lines of the real proxy that the attacks are tried on. */
const VICTIMS: Readonly<Record<string, Logged>> = {
  outbound: REQUEST,
  inbound: logged({ cluster: 'inbound|8080||', code: '200', flags: '-', transport: '-', details: 'via_upstream' }),
  unrouted: logged({ cluster: '-', upstreamHost: '-', upstreamLocal: '-', code: '404', flags: 'NR', transport: '-' }),
};

function told(line: string, format: LineFormat): RawRequest | 'unparsed' {
  const found = classify(line, format);
  if (found.kind === 'access') return found.line.raw;
  assert.equal(found.kind, 'unparsed', 'a forged line is no other kind of line');
  return 'unparsed';
}

/** All that is counted but for the authority, which is the client's to choose. */
function counted(raw: RawRequest | 'unparsed'): Omit<RawRequest, 'authority'> | 'unparsed' {
  if (raw === 'unparsed') return raw;
  const { authority: _, ...rest } = raw;
  return rest;
}

for (const [victim, request] of Object.entries(VICTIMS)) {
  test(`attacks on an ${victim} line`, async (t) => {
    const truth = counted(told(textLine(request), 'text'));
    assert.notEqual(truth, 'unparsed');
    for (const [name, [verdict, attack]] of Object.entries(ATTACKS)) {
      await t.test(name, () => {
        const attacked = { ...request, ...attack };
        for (const format of ['auto', 'text'] as const) {
          const reading = counted(told(textLine(attacked), format));
          assert.deepEqual(reading, verdict === 'counted' ? truth : 'unparsed');
        }
        for (const format of ['auto', 'json'] as const) {
          assert.deepEqual(counted(told(jsonLine(attacked), format)), truth, 'in JSON nothing is ever unclear');
        }
      });
    }
  });
}

test('lines that Envoy 1.40 wrote for hostile requests', () => {
  const table: readonly (readonly [string, string])[] = [
    // x-envoy-original-path: /x HTTP/1.1" 503 UH no_healthy_upstream - "-" 0 19 0 - "-"
    [
      '[2026-11-21T10:01:30.740Z] "GET /x HTTP/1.1" 503 UH no_healthy_upstream - "-" 0 19 0 - "-" HTTP/1.1" 200 - direct_response - "-" 0 2 0 - "-" "curl/7.88.1" "bde1bf52-f4d9-4555-9330-edc2a1d20820" "127.0.0.1:18399" "-" - - 127.0.0.1:18399 127.0.0.1:43464 - real',
      'unparsed',
    ],
    // A blank in the path or the method, a quote in the method, a blank in the authority: no request to Envoy.
    [
      '[2026-11-21T10:01:30.949Z] "- - HTTP/1.1" 400 DPE http1.codec_error - "-" 0 11 0 - "-" "-" "-" "-" "-" - - 127.0.0.1:18399 127.0.0.1:43466 - -',
      '400 DPE -',
    ],
    [
      '[2026-11-21T10:01:54.772Z] "- - HTTP/2" 0 DPE http2.invalid.header.field - "-" 0 0 0 - "-" "-" "-" "-" "-" - - 127.0.0.1:18399 127.0.0.1:35082 - -',
      '0 DPE -',
    ],
    // Quotes in path and user agent.
    [
      '[2026-11-21T10:01:30.971Z] "GET /h2"q HTTP/2" 200 - direct_response - "-" 0 2 0 - "-" ""h2"" "e50b83bc-7b38-4dbb-bbe8-a2e9257498cb" "127.0.0.1:18399" "-" - - 127.0.0.1:18399 127.0.0.1:43516 - real',
      '200 - real',
    ],
    [
      '[2026-11-21T10:01:59.788Z] "GET /ok HTTP/2" 200 - direct_response - "-" 0 2 0 - "-" "x" "y" "420b4af3-3be3-4a96-8903-b35fe2580411" "127.0.0.1:18399" "-" - - 127.0.0.1:18399 127.0.0.1:54740 - real',
      '200 - real',
    ],
  ];
  for (const [line, expected] of table) {
    const raw = told(line, 'auto');
    assert.equal(raw === 'unparsed' ? raw : `${raw.responseCode} ${raw.flags} ${raw.route}`, expected, line);
  }
});

test('an authority that a client made up is told as it was sent, or not at all', () => {
  for (const [name, [, attack]] of Object.entries(ATTACKS)) {
    const request = logged({ cluster: 'inbound|8080||', ...attack });
    const raw = told(textLine(request), 'text');
    if (raw !== 'unparsed') assert.ok(['-', request.authority].includes(raw.authority), name);
  }
});

/** A format of text that looks like JSON, by hand: here a client can write keys of its own. */
function handMade(request: Logged): string {
  const fields = Object.entries(jsonFields(request));
  return `{${fields.map(([key, value]) => `"${key}":${typeof value === 'string' ? `"${value}"` : value}`).join(',')}}`;
}

test('JSON that was not written as JSON', async (t) => {
  const truth = counted(told(handMade(REQUEST), 'auto'));
  const attacks: Readonly<Record<string, string>> = {
    'flags once more': 'x","response_flags":"UH","z":"',
    'the code once more': 'x","response_code":200,"z":"',
    'the cluster once more': 'x","upstream_cluster":"outbound|80||evil.evil","z":"',
    'the route once more': 'x","route_name":"evil","z":"',
    'a key in disguise': 'x","response\\u005fflags":"UH","z":"',
    'a key all in disguise': `x","${[...'response_flags'].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')}":"UH","z":"`,
    'a key in disguise behind blanks': 'x" ,\t "response_fl\\u0061gs" : "UH","z":"',
    'an object inside': 'x","a":{"response_flags":"UH"},"z":"',
    'the end of the object': 'x"}',
    'the end of the object, and another': 'x"} {"response_flags":"UH","response_code":200,"z":"',
    'a log line of the agent':
      'x","level":"error","time":"2026-08-01T09:14:03.5Z","scope":"xdsproxy","msg":"failed to connect to upstream","response_flags":"UH","z":"',
    'a log line of the agent, and an authority that is none':
      'x","level":"error","scope":"xdsproxy","msg":"failed to connect to upstream","authority":{},"z":"',
    'a backslash that takes the quote with it': '\\',
    'a prototype': 'x","__proto__":{"response_flags":"UH"},"z":"',
  };
  for (const [name, userAgent] of Object.entries(attacks)) {
    await t.test(name, () => {
      assert.equal(told(handMade(logged({ userAgent })), 'auto'), 'unparsed');
      assert.equal(told(handMade(logged({ userAgent })), 'json'), 'unparsed');
    });
  }
  assert.deepEqual(counted(told(handMade(logged({ userAgent: 'x","harmless":"y' })), 'auto')), truth);
});

const ORIGIN = { source: 'files', namespace: 'shop', pod: 'cart-1', workload: 'cart' } as const;

/** Counts a file of a node by the reference scanner. */
function countFramed(text: string): Record<string, number> {
  const tally = createRecordingTally();
  const scanner = createReferenceScanner({ format: 'auto', tally });
  const bytes = Buffer.from(text);
  const room = scanner.room(bytes.length + 1);
  room.set(bytes);
  assert.equal(scanner.scan({ ...ORIGIN, framing: 'cri' }, bytes.length), bytes.length);
  return tally.told();
}

test('a client that makes the runtime cut its line where it likes gains nothing', () => {
  const inner = `${CRI}${WHOLE}`;
  const line = textLine(logged({ userAgent: inner }));
  const whole = countFramed(`${CRI}${line}\n`);
  const at = line.indexOf(inner);
  for (const cuts of [[at], [at + CRI.length], [at, at + CRI.length], [at + 1, at + CRI.length + 1]]) {
    const pieces = [0, ...cuts].map((from, index) => line.slice(from, cuts[index]));
    const framed = pieces.map((piece, index) => CRI.replace(' F ', index < cuts.length ? ' P ' : ' F ') + piece);
    assert.deepEqual(countFramed(`${framed.join('\n')}\n`), whole);
  }
});

test('no hostile line is slow', async (t) => {
  const megabyte = (piece: string): string => piece.repeat(Math.ceil((1 << 20) / piece.length));
  const head = '[2026-08-01T09:14:03.512Z] "GET / HTTP/1.1" 503 UH - - "-" 0 0 0 - "';
  const pieces = [
    ' ',
    '"',
    '" "',
    '" ',
    ' "',
    'a',
    'a ',
    ' -" 0 - x ',
    ' -" 200 - x y "',
    ' -" 200 - "-" 0 0 0 0 "',
    ' HTTP/1.1" 200 UH ',
    '-" 1 1 1 1 "',
    'UF,',
    '{"',
    '\\',
    '\\"',
    '[',
    '{',
    '{"a":',
    '","a":"',
    '2026-08-01T09:14:03Z ',
    '\t',
    '0',
    '|',
    `${HEAD} `,
    ` ${WHOLE}`,
  ];
  const starts = [
    '',
    '[',
    '{',
    '[2026-08-01T09:14:03.512Z] "',
    '[2026-08-01T09:14:03.512Z] "GET ',
    head,
    '{"response_flags":"',
    '2026-08-01T09:14:03Z\twarn\txdsproxy\t',
    CRI,
  ];
  const ends = ['', `" "a" "b" "c" ${TAIL}`, '"}'];
  const began = performance.now();
  for (const start of starts) {
    for (const piece of pieces) {
      const body = start + megabyte(piece);
      for (const end of ends) {
        const tookMs = computingMs(() => classify(body + end, 'auto'));
        assert.ok(tookMs < 2000, `${JSON.stringify([start, piece, end])} took ${tookMs} ms`);
      }
    }
  }
  t.diagnostic(
    `${starts.length * pieces.length * ends.length} lines of 1 MB in ${Math.round(performance.now() - began)} ms`,
  );
});
