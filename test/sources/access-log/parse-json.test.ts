import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify } from '../../../src/sources/access-log/classify.ts';
import { countKeys, countMembers } from '../../../src/sources/access-log/json-keys.ts';
import { parseText } from '../../../src/sources/access-log/parse-text.ts';
import type { RawRequest } from '../../../src/sources/access-log/raw-request.ts';
import { jsonFields, jsonLine, logged, REQUEST, textLine } from '../../support/access-lines.ts';

function told(line: string): RawRequest | string {
  const found = classify(line, 'json');
  return found.kind === 'access' ? found.line.raw : found.kind;
}

/** What the same request tells in text. */
function truth(over: Parameters<typeof logged>[0] = {}): RawRequest {
  const reading = parseText(textLine(logged(over)));
  assert.ok(typeof reading === 'object');
  return reading.raw;
}

function withFields(over: Record<string, unknown>): string {
  return JSON.stringify({ ...jsonFields(REQUEST), ...over });
}

function without(...keys: string[]): string {
  return JSON.stringify(Object.fromEntries(Object.entries(jsonFields(REQUEST)).filter(([key]) => !keys.includes(key))));
}

test("Istio's default JSON of every version is read, and tells what text tells", async (t) => {
  const fields = jsonFields(REQUEST);
  const unset = { cluster: '-', flags: '-', details: '-', transport: '-', route: '-', authority: '-' };
  const table: Readonly<Record<string, readonly [string, RawRequest]>> = {
    'typed values, null for what is not set': [jsonLine(REQUEST), truth()],
    'nothing set': [jsonLine(logged(unset)), truth(unset)],
    'text for all values, a dash for what is not set (before 1.11)': [
      JSON.stringify(Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, String(value ?? '-')]))),
      truth(),
    ],
    'keys left out that are null': [
      JSON.stringify(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))),
      truth(),
    ],
    'keys in another order': [JSON.stringify(Object.fromEntries(Object.entries(fields).reverse())), truth()],
    'keys besides': [withFields({ trace_id: 'a', extra: { deep: [1, { a: true }] } }), truth()],
    'blanks between': [JSON.stringify(fields, undefined, 1).replaceAll('\n', ''), truth()],
    'the semicolon of 1.23': [
      withFields({ upstream_cluster: `${REQUEST.cluster};` }),
      { ...truth(), upstreamCluster: `${REQUEST.cluster};` },
    ],
    'empty text': [withFields({ upstream_transport_failure_reason: '' }), truth({ transport: '-' })],
    'a code as a decimal number': [jsonLine(REQUEST).replace('503', '503.0'), truth()],
    'plain TCP': [
      jsonLine(
        logged({ method: '-', path: '-', protocol: '-', code: '0', flags: 'UF,URX', details: '-', authority: '-' }),
      ),
      truth({ method: '-', path: '-', protocol: '-', code: '0', flags: 'UF,URX', details: '-', authority: '-' }),
    ],
    'no code at all': [withFields({ response_code: null }), { ...truth(), responseCode: '-' }],
    'an inbound request': [jsonLine(logged({ cluster: 'inbound|8080||' })), truth({ cluster: 'inbound|8080||' })],
  };
  for (const [name, [line, expected]] of Object.entries(table)) {
    await t.test(name, () => assert.deepEqual(told(line), expected));
  }
});

test('in JSON nothing is taken that Envoy does not write', async (t) => {
  const table: Readonly<Record<string, readonly [string, string]>> = {
    'no flags': ['unparsed', without('response_flags')],
    'no code': ['unparsed', without('response_code')],
    'neither, but a cluster': ['unparsed', without('response_code', 'response_flags')],
    'nothing that is asked for': ['other', '{"hello":"world"}'],
    'an empty object': ['other', '{}'],
    'flags that are a list': ['unparsed', withFields({ response_flags: ['UF'] })],
    'flags that are a number': ['unparsed', withFields({ response_flags: 1 })],
    'flags in small letters': ['unparsed', withFields({ response_flags: 'uf' })],
    'a code that is true': ['unparsed', withFields({ response_code: true })],
    'a code that is an object': ['unparsed', withFields({ response_code: {} })],
    'a code with a fraction': ['unparsed', withFields({ response_code: 503.5 })],
    'a code too large': ['unparsed', withFields({ response_code: 5030 })],
    'a negative code': ['unparsed', withFields({ response_code: -1 })],
    'a route that is a list': ['unparsed', withFields({ route_name: [] })],
    'a cluster that is false': ['unparsed', withFields({ upstream_cluster: false })],
    'a line cut off': ['unparsed', jsonLine(REQUEST).slice(0, -1)],
    'a line with something behind': ['unparsed', `${jsonLine(REQUEST)}x`],
    'a list': ['other', `[${jsonLine(REQUEST)}]`],
    'a list of times': ['unparsed', '[2026-08-01T'],
    'only a brace': ['unparsed', '{'],
    'a prototype': ['other', '{"__proto__":{"response_flags":"UH","response_code":200}}'],
    text: ['unparsed', textLine(REQUEST)],
  };
  for (const [name, [kind, line]] of Object.entries(table)) {
    await t.test(name, () => assert.equal(told(line), kind));
  }
});

test('a time that is none leaves the line counted', () => {
  for (const start of ['yesterday', 12, null, {}, '2026-13-01T00:00:00Z']) {
    const found = classify(withFields({ start_time: start }), 'auto');
    assert.ok(found.kind === 'access', String(start));
    assert.equal(found.line.at, undefined, String(start));
  }
});

test('whatever values hold, a line of JSON tells what was written', () => {
  const text = fc.string({ unit: 'binary' });
  const any = fc.record({ path: text, forwardedFor: text, userAgent: text, requestId: text, authority: text });
  fc.assert(
    fc.property(any, (client) => {
      const { authority: _, ...raw } = told(jsonLine(logged(client))) as RawRequest;
      const { authority: __, ...expected } = truth();
      assert.deepEqual(raw, expected);
    }),
    { numRuns: 1000 },
  );
});

test('no JSON throws', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.string({ unit: 'binary' }), (json, rest) => {
      told(json);
      told(`{"response_flags":"-","response_code":200,"x":${json}}`);
      told(`{"response_flags":"-","response_code":200,"x":${rest}`);
    }),
    { numRuns: 1000 },
  );
  told(`{"response_flags":"-","response_code":200,"x":${'['.repeat(500_000)}`);
  told(`{"response_flags":"-","response_code":200,"x":${'[{"a":'.repeat(100_000)}1${'}]'.repeat(100_000)}}`);
});

test('keys that are written are keys that are there, unless one stands twice', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      assert.equal(countKeys(JSON.stringify(value)), countMembers(JSON.parse(JSON.stringify(value))));
      assert.equal(countKeys(JSON.stringify(value, undefined, 2)), countMembers(JSON.parse(JSON.stringify(value))));
    }),
    { numRuns: 1000 },
  );
  for (const twice of ['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '[{"b":{"a":1,"a":1}}]', '{"a\\"":1,"a\\"" :1}']) {
    assert.ok(countKeys(twice) > countMembers(JSON.parse(twice)), twice);
  }
  const deep = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
  assert.equal(countKeys(deep), countMembers(JSON.parse(deep)));
});
