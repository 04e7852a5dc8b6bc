import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { LogWriter } from '../../../src/demo/node-logs/container-log.ts';
import { createNodeLogs } from '../../../src/demo/node-logs/node-logs.ts';
import { type Lab, object, openLines, startLab } from './lab.ts';
import { findTranscript, readTranscripts } from './transcripts.ts';

const POD = 'payment-svc-v1-6d8f9b7c5d-2xkqp';
const LOG = `/api/v1/namespaces/payment/pods/${POD}/log?container=istio-proxy`;

interface LogLab {
  readonly lab: Lab;
  readonly log: LogWriter;
  pass(ms: number): void;
}

async function startLogLab(context: TestContext, rotateAtBytes = 1 << 20): Promise<LogLab> {
  const root = mkdtempSync(join(tmpdir(), 'meshladder-test-'));
  context.after(() => rmSync(root, { recursive: true }));
  let nowMs = Date.now() - 60_000;
  const logs = createNodeLogs({ root, rotateAtBytes, now: () => nowMs });
  const lab = await startLab(context, logs);
  const containers = [{ name: 'payment-svc' }, { name: 'istio-proxy' }];
  lab.store.create(object('v1', 'Pod', `payment/${POD}`, { spec: { containers, nodeName: 'node' } }));
  const log = logs.open({ namespace: 'payment', pod: POD, uid: 'u', container: 'istio-proxy' });
  return {
    lab,
    log,
    pass(ms) {
      nowMs += ms;
    },
  };
}

const REFUSED = [
  'tailLines negative',
  'sinceTime and sinceSeconds together',
  'sinceTime that does not parse',
  'no container given',
  'container that is not in the pod',
  'pod absent',
  'pod that is not scheduled',
];

test('what is asked wrongly is answered as recorded', async (context) => {
  const { lab } = await startLogLab(context);
  for (const title of REFUSED) {
    const recorded = findTranscript(readTranscripts('11-pod-logs.txt'), title);
    const answered = await lab.ask(recorded.target);
    assert.equal(answered.status, recorded.status, title);
    if (recorded.answer === '') assert.equal(answered.text, '', title);
    else assert.deepEqual(answered.json(), JSON.parse(recorded.answer), title);
  }
});

test('lines come without their frame, a broken one whole', async (context) => {
  const { lab, log } = await startLogLab(context);
  const lines = [...Array(100).keys()].map((number) => `line number ${number}`);
  log.write(lines);
  const answered = await lab.ask(LOG);
  assert.equal(answered.headers.get('content-type'), 'text/plain');
  assert.equal(answered.text, lines.map((line) => `${line}\n`).join(''));
  const stamped = (await lab.ask(`${LOG}&timestamps=true`)).text.split('\n').slice(0, -1);
  assert.equal(stamped.length, 100);
  for (const [number, line] of stamped.entries()) {
    assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line number \d+$/);
    assert.ok(line.endsWith(` line number ${number}`));
  }
});

test('tailLines, limitBytes, sinceTime and sinceSeconds cut it', async (context) => {
  const { lab, log, pass } = await startLogLab(context);
  log.write(['old']);
  pass(30_000);
  log.write(['new 1', 'new 2']);
  assert.equal((await lab.ask(`${LOG}&tailLines=2`)).text, 'new 1\nnew 2\n');
  assert.equal((await lab.ask(`${LOG}&tailLines=0`)).text, '');
  assert.equal((await lab.ask(`${LOG}&limitBytes=5`)).text, 'old\nn');
  const since = new Date(Date.now() - 35_000).toISOString();
  assert.equal((await lab.ask(`${LOG}&sinceTime=${since}`)).text, 'new 1\nnew 2\n');
  assert.equal((await lab.ask(`${LOG}&sinceSeconds=40`)).text, 'new 1\nnew 2\n');
  assert.equal((await lab.ask(`${LOG}&sinceSeconds=3`)).text, '');
});

test('follow goes on over rotations, and loses nothing', async (context) => {
  const { lab, log, pass } = await startLogLab(context, 100);
  log.write(['line 0']);
  const lines = await openLines(lab, `${LOG}&follow=true&tailLines=1`);
  assert.equal(await lines.next(), 'line 0');
  for (let number = 1; number <= 40; number += 1) {
    log.write([`line ${number}`]);
    pass(300);
    assert.equal(await lines.next(), `line ${number}`);
  }
  await lines.cancel();
});

test('a container that has written nothing has an empty log', async (context) => {
  const { lab } = await startLogLab(context);
  const answered = await lab.ask(`/api/v1/namespaces/payment/pods/${POD}/log?container=payment-svc`);
  assert.equal(answered.status, 200);
  assert.equal(answered.text, '');
});
