import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonAnswer } from '../../../src/sinks/http/answer.ts';
import { orStandby } from '../../../src/sinks/http/standby.ts';
import { AskError } from '../../../src/sources/istiod/ask-error.ts';
import { askExporter } from '../../../src/sources/istiod/running-exporter.ts';
import { startIstiodServer, text } from '../../support/istiod-server.ts';

const NEVER = new AbortController().signal;
const PATH = '/api/v1/ladder';

/** What asking an exporter fails with that answers 503 with these words. */
async function failureOf(body: string): Promise<string> {
  const server = await startIstiodServer({ [PATH]: text(body, 503) });
  try {
    await askExporter(server.url, PATH, { timeoutMs: 5000, signal: NEVER });
  } catch (error) {
    assert.ok(error instanceof AskError, String(error));
    return error.message.replace(server.url, 'SERVER').replace(/127\.0\.0\.1:\d+/, 'SERVER');
  } finally {
    await server.stop();
  }
  return assert.fail('it should have failed');
}

/** As a standby really answers. */
async function standbyBody(leader: string | undefined): Promise<string> {
  const [route] = orStandby([{ path: PATH, answer: () => jsonAnswer(200, {}) }], {
    standby: () => ({ leader }),
    telemetryPath: '/metrics',
    metrics: async () => '',
  });
  return String((await route?.answer({ acceptsGzip: false, query: new URLSearchParams() }))?.body);
}

test('a standby is known by what it says of itself, whatever its words', async () => {
  const told = await failureOf('{"error":"ich warte","standby":true,"leader":"ladder-1"}');
  assert.match(told, /^SERVER stands by .*; ladder-1 leads: kubectl -n NAMESPACE port-forward pod\/ladder-1 19012$/);
});

test('a standby is said to be one, with the leader to ask instead', async () => {
  const told = await failureOf(await standbyBody('ladder-7c9d8b6f5a-x2k4p_0b7c21bf'));
  assert.equal(
    told,
    'SERVER stands by and tells nothing of the mesh; ladder-7c9d8b6f5a-x2k4p leads: kubectl -n NAMESPACE port-forward pod/ladder-7c9d8b6f5a-x2k4p 19012',
  );
  assert.match(await failureOf(await standbyBody(undefined)), /no replica leads yet: ask again in some seconds$/);
});

for (const body of [
  '{"error":"overloaded"}',
  'this replica stands by',
  '{"error":"this replica stands by: x leads"}',
  '{"error":"x","standby":"true","leader":"x"}',
  '{"error":"x","standby":true,"leader":"$(reboot)"}',
  '{"error":"x","standby":true,"leader":["x"]}',
  '[{"standby":true,"leader":"x"}]',
]) {
  test(`nothing of ${body} becomes a command`, async () => {
    const told = await failureOf(body);
    assert.doesNotMatch(told, /reboot|overloaded|port-forward pod/);
  });
}
