import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawRequest } from '../../../../src/sources/access-log/raw-request.ts';
import { createKeyReader } from '../../../../src/sources/access-log/scanner/key-reader.ts';
import { createTextInterner } from '../../../../src/sources/access-log/scanner/text-interner.ts';

const ANSWERED = {
  responseCode: '200',
  flags: '-',
  details: 'via_upstream',
  terminationDetails: '-',
  transportFailure: '-',
};
const HEAD = 't200 - via_upstream - "-';

function rawOf(rest: Partial<RawRequest>): RawRequest {
  return { ...ANSWERED, authority: '-', upstreamCluster: '-', downstreamLocalAddress: '-', route: '-', ...rest };
}

test('a head is unknown until the reference scanner has read a line with it', () => {
  const reader = createKeyReader(createTextInterner());
  const first = { head: HEAD, tail: '\noutbound|80||a.b\ndefault' };
  const second = { head: HEAD, tail: '\noutbound|80|v2|c.d\ncanary' };
  assert.equal(reader.read(first), undefined);
  reader.learn(first, rawOf({ upstreamCluster: 'outbound|80||a.b', route: 'default' }));
  assert.deepEqual(reader.read(second), rawOf({ upstreamCluster: 'outbound|80|v2|c.d', route: 'canary' }));
  assert.equal(reader.read({ head: 't503 UF - - "-', tail: first.tail }), undefined);
});

test('a head whose key would be read otherwise than the reference scanner reads the line is never read here', () => {
  const reader = createKeyReader(createTextInterner());
  const key = { head: HEAD, tail: '\noutbound|80||a.b\ndefault' };
  reader.learn(key, rawOf({ upstreamCluster: 'outbound|80||a.b', route: 'another' }));
  assert.equal(reader.read(key), undefined);
});

test('authority and local address are told only where they may decide', () => {
  const reader = createKeyReader(createTextInterner());
  reader.learn({ head: HEAD, tail: '\noutbound|80||a.b\n-' }, rawOf({ upstreamCluster: 'outbound|80||a.b' }));
  const read = (tail: string): RawRequest | undefined => reader.read({ head: HEAD, tail });
  assert.deepEqual(read('\ninbound|80||\n-\nshop'), rawOf({ upstreamCluster: 'inbound|80||', authority: 'shop' }));
  assert.deepEqual(
    read('\n-\n-\nshop\n10.0.0.1:80'),
    rawOf({ authority: 'shop', downstreamLocalAddress: '10.0.0.1:80' }),
  );
  assert.deepEqual(read('\n-\n-\nshop one\n10.0.0.1:80'), rawOf({ downstreamLocalAddress: '10.0.0.1:80' }));
});

test('values of JSON: strings, numbers, null, empty and absent', () => {
  const reader = createKeyReader(createTextInterner());
  const head = 'j\u0000\u0001\u0002\u0003\n200\n"-"\n"via_upstream"\nnull\n';
  reader.learn({ head, tail: '\n"a"\nnull\n"shop"' }, rawOf({ upstreamCluster: 'a', authority: 'shop' }));
  const read = (tail: string): RawRequest | undefined => reader.read({ head, tail });
  assert.deepEqual(
    read('\nnull\n"default"\n""\n"10.0.0.1:80"'),
    rawOf({ route: 'default', downstreamLocalAddress: '10.0.0.1:80' }),
  );
  assert.deepEqual(read('\n80\n7\n\n'), rawOf({ upstreamCluster: '80', route: '7' }));
});

test('with upstream hosts, the tail begins with one; empty where it does not matter', () => {
  const reader = createKeyReader(createTextInterner(), true);
  const cluster = 'outbound|80||a.b';
  const read = (tail: string): RawRequest | undefined => reader.read({ head: HEAD, tail });
  const known = rawOf({ upstreamCluster: cluster, route: 'default', upstreamHost: '10.0.0.1:80' });
  reader.learn({ head: HEAD, tail: `\n10.0.0.1:80\n${cluster}\ndefault` }, known);
  assert.deepEqual(read(`\n10.0.0.2:80\n${cluster}\ndefault`), { ...known, upstreamHost: '10.0.0.2:80' });
  assert.deepEqual(read(`\n\n${cluster}\ndefault`), { ...known, upstreamHost: '-' });
  assert.deepEqual(read(`\na b\n${cluster}\ndefault`), { ...known, upstreamHost: '-' });
  assert.deepEqual(
    read('\n\n-\n-\nshop\n10.0.0.1:80'),
    rawOf({ authority: 'shop', downstreamLocalAddress: '10.0.0.1:80', upstreamHost: '-' }),
  );
  const head = 'j\u0000\u0001\u0002\u0003\n200\n';
  reader.learn({ head, tail: '\n"10.0.0.1:80"\n"outbound|80||a.b"\nnull' }, { ...known, route: '-' });
  const json = reader.read({ head, tail: '\nnull\n"outbound|80||a.b"\nnull' });
  assert.deepEqual(json, { ...known, route: '-', upstreamHost: '-' });
});
