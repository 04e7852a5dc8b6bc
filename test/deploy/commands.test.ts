import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NO_HELM, one, renderVariant } from '../support/chart.ts';
import { podOf } from '../support/chart-config.ts';
import { ended } from '../support/run-process.ts';

/** Runs a command of the chart by this Node, with other arguments behind its script. */
function runCommand(command: readonly string[], ...args: readonly string[]) {
  const script = command.indexOf('-e') + 1;
  return ended(spawn(process.execPath, [...command.slice(1, script + 1), ...args], { stdio: 'pipe' }));
}

const ANSWERS: readonly (readonly [string, Readonly<Record<string, number>>, number])[] = [
  ['all is well', { '/-/ready': 200, '/metrics': 200 }, 0],
  ['it is not ready', { '/-/ready': 503, '/metrics': 200 }, 1],
  ['there are no metrics', { '/-/ready': 200, '/metrics': 404 }, 1],
  ['a password is asked for', { '/-/ready': 200, '/metrics': 401 }, 0],
];

for (const [what, statuses, code] of ANSWERS) {
  test(`helm test ${code === 0 ? 'passes' : 'fails'} where ${what}`, { skip: NO_HELM }, async (t) => {
    const server = createServer((request, response) =>
      response.writeHead(statuses[request.url ?? ''] ?? 500).end('text'),
    );
    t.after(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const [{ command }] = one(renderVariant('default'), 'Pod')['spec'].containers;
    const paths = command.slice(-2).map((url: string) => new URL(url).pathname);
    assert.deepEqual(paths, ['/-/ready', '/metrics']);
    const run = await runCommand(command, ...paths.map((path: string) => `${base}${path}`));
    assert.equal(run.code, code, run.stderr);
    assert.match(run.stdout, /\/metrics: \d+ 4 characters/);
  });
}

test('helm test fails where nobody answers', { skip: NO_HELM }, async () => {
  const [{ command }] = one(renderVariant('default'), 'Pod')['spec'].containers;
  const { code } = await runCommand(command, 'http://127.0.0.1:1/-/ready');
  assert.equal(code, 1);
});

test('the init container hands the folder of checkpoints to its group', { skip: NO_HELM }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-checkpoint-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [{ command, volumeMounts }] = podOf(renderVariant('agents'), 'agent').pod['spec'].initContainers;
  assert.equal(command.at(-1), volumeMounts[0].mountPath);
  const { code, stderr } = await runCommand(command, folder);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(statSync(folder).mode & 0o777, 0o770);
});
