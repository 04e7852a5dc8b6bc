import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { StatusDocument } from '../../src/sinks/http/status-document.ts';
import { LEASE_MS, type Look, missedPolls, type ReplicaProcess, startRig, untilLook } from '../support/replicas.ts';
import { until } from '../support/until.ts';

const exposes = ({ exposes: told }: { readonly exposes: boolean }): boolean => told;
const silent = ({ exposes: told }: { readonly exposes: boolean }): boolean => !told;

/** After the second was first seen to expose the mesh, no scrape of the first that began later found it to. */
function assertNeverBoth(first: ReplicaProcess, second: ReplicaProcess): void {
  const from = second.looks.find(exposes)?.gotMs;
  assert.ok(from !== undefined, `${second.name} never led`);
  const both = first.looks.filter((look) => look.exposes && look.sentMs > from);
  assert.deepEqual(both.length, 0, `${first.name} still exposed the mesh`);
}

/** Both run; the first leads. */
async function startTwo(t: TestContext) {
  const rig = await startRig(t);
  const one = await rig.start('ladder-one');
  await untilLook(one, exposes);
  const two = await rig.start('ladder-two');
  await untilLook(two, silent);
  // A rollout would wait for ever for a new one that is not ready: none leads before an old one goes.
  await untilAnswer(`${two.url}/-/ready`, ({ status }) => status === 200);
  const isNamed = ({ body }: { readonly body: string }): boolean => body.includes('ladder-one leads');
  await untilAnswer(`${two.url}/api/v1/ladder`, isNamed);
  return { rig, one, two };
}

function untilAnswer(
  url: string,
  satisfies: (answer: { readonly status: number; readonly body: string }) => boolean,
): Promise<unknown> {
  const ask = async () => {
    const response = await fetch(url);
    return { status: response.status, body: await response.text() };
  };
  return until(ask, satisfies, url, { withinMs: 60_000, everyMs: 50 });
}

describe('two replicas', { concurrency: 2 }, () => {
  test('one tells of the mesh, the other who does; when the one is stopped it hands over at once', async (t) => {
    const { rig, one, two } = await startTwo(t);
    const { text } = two.looks.at(-1) as Look;
    assert.match(text, /^meshladder_leader\{mesh_cluster="Kubernetes"\} 0$/m);
    assert.match(text, /^meshladder_build_info\{/m);
    assert.match(text, /^process_cpu_seconds_total /m);
    assert.match(one.looks.at(-1)?.text ?? '', /^meshladder_leader\{mesh_cluster="Kubernetes"\} 1$/m);
    await assertStandsBy(two);
    assert.ok(two.looks.every(silent));
    const known = sinceIn(await untilLook(one, (look) => sinceIn(look).length > 0));

    const stoppedMs = performance.now();
    one.signal('SIGTERM');
    const { gotMs } = await untilLook(two, exposes);
    // Well before its Lease would have run out.
    assert.ok(gotMs - stoppedMs < LEASE_MS - 1000, `${gotMs - stoppedMs} ms`);
    assertNeverBoth(one, two);
    assert.ok(missedPolls(rig.polls) <= 1, `${missedPolls(rig.polls)} polls were missed`);
    // What began under the one goes on under the other, from when it began.
    const next = sinceIn(await untilLook(two, hearsIstiod));
    assert.deepEqual(next, known);
  });

  test('one that is killed is followed when its Lease has run out, with at most one poll missed', async (t) => {
    const { rig, one, two } = await startTwo(t);
    const killedMs = performance.now();
    one.signal('SIGKILL');
    const { gotMs } = await untilLook(two, exposes);
    // It renews each second.
    assert.ok(gotMs - killedMs > LEASE_MS - 2000, `${gotMs - killedMs} ms`);
    assertNeverBoth(one, two);
    assert.ok(missedPolls(rig.polls) <= 1, `${missedPolls(rig.polls)} polls were missed`);
  });

  test('one whose API server stalls falls silent before the other speaks; where it stalls for both, nobody does', async (t) => {
    const { rig, one, two } = await startTwo(t);
    one.api.stall();
    await untilLook(one, silent);
    assert.ok(two.looks.every(silent), 'the other was faster');
    const first = await untilLook(two, exposes);
    one.api.goOn();
    await untilLook(two, ({ gotMs }) => gotMs > first.gotMs + 2000);
    assertNeverBoth(one, two);
    assert.ok(missedPolls(rig.polls) <= 1, `${missedPolls(rig.polls)} polls were missed`);
    await untilAnswer(`${one.url}/api/v1/ladder`, ({ body }) => body.includes('ladder-two leads'));

    for (const { api } of [one, two]) api.stall();
    await untilLook(two, silent);
    for (const { api } of [one, two]) api.goOn();
    const leading = () => [one, two].filter((each) => each.looks.at(-1)?.exposes).length;
    assert.equal(await until(leading, (count) => count > 0, 'one of them leads', { withinMs: 60_000 }), 1);
  });
});

function hearsIstiod({ text }: Look): boolean {
  return /^meshladder_source_up\{[^}]*source="istiod"[^}]*\} 1$/m.test(text);
}

/** Since when which proxies are out of sync. */
function sinceIn({ text }: Look): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith('meshladder_proxy_out_of_sync_since_timestamp_seconds{'));
}

async function assertStandsBy({ url }: ReplicaProcess): Promise<void> {
  const words = 'this replica stands by: ladder-one leads and tells of the mesh; ask that one';
  for (const path of ['/api/v1/ladder', '/api/v1/proxies', '/api/v1/findings']) {
    const answer = await fetch(`${url}${path}`);
    assert.deepEqual(
      [answer.status, await answer.json()],
      [503, { error: words, standby: true, leader: 'ladder-one' }],
      path,
    );
  }
  const page = await fetch(url);
  assert.deepEqual([page.status, await page.text()], [503, `${words}\n`]);
  const status = (await (await fetch(`${url}/api/v1/status`)).json()) as StatusDocument;
  assert.equal(status.election?.leads, false);
  assert.match(status.election.leader ?? '', /^ladder-one_[0-9a-f-]{36}$/);
  for (const path of ['/-/healthy', '/runbooks/MeshladderDown']) {
    assert.equal((await fetch(`${url}${path}`)).status, 200, path);
  }
}
