import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { frameLine } from '../../../src/demo/node-logs/cri.ts';
import { createNodeLogs, type NodeLogs } from '../../../src/demo/node-logs/node-logs.ts';

const CONTAINER = { namespace: 'payment', pod: 'checkout-v1-a-b', uid: 'u-1', container: 'istio-proxy' };

interface Node {
  readonly logs: NodeLogs;
  readonly folder: string;
  pass(ms: number): void;
}

function startNode(context: TestContext, rotateAtBytes: number): Node {
  const root = mkdtempSync(join(tmpdir(), 'meshladder-test-'));
  context.after(() => rmSync(root, { recursive: true }));
  let nowMs = Date.parse('2026-11-21T03:00:00.250Z');
  const logs = createNodeLogs({ root, rotateAtBytes, now: () => nowMs });
  return {
    logs,
    folder: join(root, 'payment_checkout-v1-a-b_u-1', 'istio-proxy'),
    pass(ms) {
      nowMs += ms;
    },
  };
}

test('a frame is that of the recorded node log', () => {
  const recorded = readFileSync(
    new URL('../../fixtures/accesslog/container/ratings-v1-5ffdd8466b-r6d2s.istio-proxy.cri.log', import.meta.url),
    'utf8',
  ).split('\n');
  const [time = '', , , ...words] = (recorded[1] ?? '').split(' ');
  const own = frameLine(words.join(' '), { atMs: Date.parse(time), breakAt: 0 });
  // The recording's clock is finer than ours by six digits.
  assert.equal(own, `${time.slice(0, 23)}000000Z${(recorded[1] ?? '').slice(time.length)}\n`);
  assert.equal(own.length, (recorded[1] ?? '').length + 1);
});

test('a line that does not fit comes in two frames', () => {
  assert.equal(
    frameLine('abcdef', { atMs: 0, breakAt: 2 }),
    '1970-01-01T00:00:00.000000000Z stdout P ab\n1970-01-01T00:00:00.000000000Z stdout F cdef\n',
  );
});

test('a large file is renamed away with its second, older ones are compressed, and no line is lost', async (context) => {
  const { logs, folder, pass } = startNode(context, 200);
  const writer = logs.open(CONTAINER);
  const { ino } = statSync(join(folder, '0.log'));
  for (let number = 0; number < 12; number += 1) {
    writer.write([`line ${number} ${'x'.repeat(100)}`]);
    pass(4000);
  }
  await logs.close();
  const names = readdirSync(folder).sort();
  assert.ok(names.includes('0.log'));
  assert.ok(
    names.some((name) => /^0\.log\.20261121-0300\d\d$/.test(name)),
    names.join(),
  );
  assert.ok(
    names.some((name) => /^0\.log\.20261121-0300\d\d\.gz$/.test(name)),
    names.join(),
  );
  assert.notEqual(statSync(join(folder, '0.log')).ino, ino);
  const texts = names.map((name) => {
    const bytes = readFileSync(join(folder, name));
    return name.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString();
  });
  const found = [...texts.join('').matchAll(/line (\d+) /g)].map(([, number]) => Number(number));
  assert.deepEqual(
    found.sort((one, other) => one - other),
    [...Array(12).keys()],
  );
  assert.equal(writer.lines(), 12);
  assert.equal(logs.lines(), 12);
});

test('a file is renamed no oftener than the kubelet looks at it', (context) => {
  const { logs, folder, pass } = startNode(context, 10);
  const writer = logs.open(CONTAINER);
  for (let number = 0; number < 19; number += 1) {
    writer.write([`line ${number}`]);
    pass(500);
  }
  assert.equal(readdirSync(folder).filter((name) => name !== '0.log').length, 1);
});

test('now and then a line comes in two pieces, and counts once', (context) => {
  const { logs, folder } = startNode(context, 1 << 20);
  const writer = logs.open(CONTAINER);
  writer.write([...Array(200).keys()].map((number) => `line number ${number}`));
  const framed = readFileSync(join(folder, '0.log'), 'utf8').split('\n').slice(0, -1);
  assert.equal(framed.filter((line) => line.includes(' stdout P ')).length, 2);
  assert.equal(framed.length, 202);
  assert.equal(writer.lines(), 200);
});

test('the same container has one writer, and is found by its name', (context) => {
  const { logs } = startNode(context, 1 << 20);
  assert.equal(logs.open(CONTAINER), logs.open(CONTAINER));
  assert.equal(logs.find(CONTAINER), logs.open(CONTAINER));
  assert.equal(logs.find({ ...CONTAINER, container: 'app' }), undefined);
});
