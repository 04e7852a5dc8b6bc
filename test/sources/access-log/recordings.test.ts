import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { classify } from '../../../src/sources/access-log/classify.ts';
import { readFrame } from '../../../src/sources/access-log/cri.ts';
import type { RawRequest } from '../../../src/sources/access-log/raw-request.ts';
import { createReferenceScanner } from '../../../src/sources/access-log/reference-scanner.ts';
import { createTally } from '../../../src/sources/access-log/tally.ts';

/** What real sidecars wrote, against counts made without any of our code: by the eye of a grep. */
const FIXTURES = fileURLToPath(new URL('../../fixtures/', import.meta.url));

const recordings = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^(accesslog|incident)\/.*\.log(\.gz)?$/.test(path) && !/istiod/.test(path.split('/').at(-1) ?? ''))
  .sort();

function read(path: string): string {
  const stored = readFileSync(join(FIXTURES, path));
  return (path.endsWith('.gz') ? gunzipSync(stored) : stored).toString('utf8');
}

/** The flags field of what a reader of the file would call an access line. */
function grepFlags(line: string): string | undefined {
  const bare = line.replace(/^\S+Z (?:stdout|stderr) F /, '');
  return (
    /^\[20[^\]]+\] "\S+ \S+ \S+" \d+ (\S+) /.exec(bare)?.[1] ??
    (bare.startsWith('{') ? /"response_flags":"([^"]*)"/.exec(bare)?.[1] : undefined)
  );
}

/** Like `sort | uniq -c`: each flag of each line, `-` for none. */
function uniqueCounts(fields: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const field of fields) for (const flag of field.split(',')) counts[flag] = (counts[flag] ?? 0) + 1;
  return counts;
}

/** The same from what the tally counted. */
function countedFlags(path: string): { flags: Record<string, number>; lines: Readonly<Record<string, number>> } {
  const tally = createTally();
  const scanner = createReferenceScanner({ format: 'auto', tally });
  const bytes = Buffer.from(read(path));
  scanner.room(bytes.length + 1).set(bytes);
  const framing = path.endsWith('.cri.log') ? ('cri' as const) : ('none' as const);
  const origin = { source: 'files', namespace: 'shop', pod: 'cart-1', workload: 'cart', framing };
  assert.equal(scanner.scan(origin, bytes.length), bytes.length, 'all lines are whole');
  const { requests, intake } = tally.traffic();
  const flags: Record<string, number> = {};
  for (const { shape, count } of requests) {
    for (const flag of shape.flags.length === 0 ? ['-'] : shape.flags) flags[flag] = (flags[flag] ?? 0) + count;
  }
  return { flags, lines: intake[0]?.lines ?? {} };
}

/** Access lines, as the recordings' own description counts them. */
const ACCESS_LINES: Readonly<Record<string, number>> = {
  'accesslog/container/ratings-v1-5ffdd8466b-r6d2s.istio-proxy.cri.log': 70,
  'accesslog/container/ratings-v1-5ffdd8466b-r6d2s.istio-proxy.log': 70,
  'accesslog/four-problems.checkout.access.text.log': 36,
  'accesslog/mesh-json/istio-ingressgateway-6f7d9c8b5a-k3m9p.istio-proxy.log': 12,
  'accesslog/mesh-json/payment-svc-v2-7b9c6d5f4e-m8zrt.istio-proxy.log': 92,
  'accesslog/mesh-one-each.json.log': 20,
  'accesslog/mesh-one-each.text.log': 20,
  'accesslog/mesh-text/payment-svc-v2-7b9c6d5f4e-m8zrt.istio-proxy.log': 87,
  'accesslog/mesh-text/ratings-v1-5ffdd8466b-r6d2s.istio-proxy.log': 617,
  'accesslog/mesh-text/reviews-v1-598b896c9d-p9ltz.istio-proxy.log': 24,
  'accesslog/one-each.envoy-1.40.0.json.log': 51,
  'accesslog/one-each.envoy-1.40.0.text.log': 51,
  'accesslog/one-each.json.log': 51,
  'accesslog/one-each.text.log': 51,
};

test('on every recorded log the counts of flags are those of grep, sort and uniq', async (t) => {
  assert.ok(recordings.length > 30, `${recordings.length} recordings`);
  for (const path of recordings) {
    await t.test(path, () => {
      const lines = read(path).split('\n').slice(0, -1);
      const truth = lines.map(grepFlags).filter((flags) => flags !== undefined);
      const counted = countedFlags(path);
      assert.deepEqual(counted.flags, uniqueCounts(truth));
      assert.equal(counted.lines['access'] ?? 0, truth.length);
      assert.equal(counted.lines['unparsed'] ?? 0, 0);
      assert.equal(
        Object.values(counted.lines).reduce((sum, count) => sum + count, 0),
        lines.length,
      );
      const described = ACCESS_LINES[path];
      if (described !== undefined) assert.equal(truth.length, described);
    });
  }
});

function rawRequests(path: string): readonly RawRequest[] {
  return read(path)
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const found = classify(line, 'auto');
      assert.ok(found.kind === 'access', line);
      return found.line.raw;
    });
}

test('text and JSON of the same requests tell the same', async (t) => {
  for (const version of ['one-each', 'one-each.envoy-1.40.0']) {
    await t.test(version, () => {
      const text = rawRequests(`accesslog/${version}.text.log`);
      assert.deepEqual(text, rawRequests(`accesslog/${version}.json.log`));
      assert.equal(text.length, 51);
    });
  }
});

test('a log in the frames of a runtime tells what it tells bare', () => {
  const path = 'accesslog/container/ratings-v1-5ffdd8466b-r6d2s.istio-proxy';
  assert.deepEqual(countedFlags(`${path}.cri.log`), countedFlags(`${path}.log`));
  const framed = read(`${path}.cri.log`).split('\n').slice(0, -1);
  const bare = read(`${path}.log`).split('\n').slice(0, -1);
  assert.deepEqual(
    framed.map((line) => readFrame(line)?.message),
    bare,
  );
});
