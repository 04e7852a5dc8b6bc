import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findTool } from '../../scripts/find-tool.ts';
import { CHECKOUT } from '../support/envoy-dump.ts';
import { startTestMesh, type TestMesh } from '../support/live-mesh.ts';
import { type RoutingEnvoy, startRoutingEnvoy } from '../support/routing-envoy.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

const binary = findTool('envoy');
const skip = binary === undefined ? 'no Envoy here: `node scripts/test-tools.ts` tries to get one' : false;

const CLUSTER = 'outbound|8080||cart.shop.svc.cluster.local';
const HOSTS = [{ endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: 1 } } } }];

describe('through a forwarded port to the admin port of a real Envoy', { skip }, () => {
  let envoy: RoutingEnvoy;
  let mesh: TestMesh;
  before(async () => {
    const routes = [{ name: 'all', match: { prefix: '/' }, route: { cluster: CLUSTER } }];
    const assignment = { cluster_name: CLUSTER, endpoints: [{ lb_endpoints: HOSTS }] };
    envoy = await startRoutingEnvoy(
      binary ?? '',
      [{ name: 'cart', domains: ['*'], routes }],
      [{ name: CLUSTER, type: 'STATIC', load_assignment: assignment }],
    );
    mesh = await startTestMesh();
    mesh.server.lead(CHECKOUT, 15_000, { kind: 'tcp', port: envoy.adminPort });
  });
  after(() => Promise.all([mesh?.stop(), envoy?.dispose()]));

  function config(...args: readonly string[]): Promise<CliResult> {
    return runCli(['config', ...args, '--kubeconfig', mesh.kubeconfig]);
  }

  /** What Envoy itself says of its loggers. */
  async function levels(...names: readonly string[]): Promise<readonly (string | undefined)[]> {
    const answer = await fetch(`http://127.0.0.1:${envoy.adminPort}/logging`, { method: 'POST' });
    const text = await answer.text();
    return names.map((name) => new RegExp(`^ {2}${name}: (\\w+)$`, 'm').exec(text)?.[1]);
  }

  for (const part of ['clusters', 'listeners', 'routes', 'endpoints'] as const) {
    test(`config ${part} tells the same as Envoy's whole dump`, async () => {
      const live = await config(part, CHECKOUT, '-o', 'json');
      const stdin = await envoy.ask('/config_dump?include_eds');
      const whole = await runCli(['config', part, '-f', '-', '-o', 'json'], { stdin });
      assert.equal(live.stderr, '');
      assert.deepEqual(namesOf(live.stdout), namesOf(whole.stdout));
      assert.equal(live.code, 0);
    });
  }

  test('trace goes the same way as by its saved answers', async () => {
    const target = `127.0.0.1:${envoy.port}/x`;
    const folder = mkdtempSync(join(tmpdir(), 'meshladder-trace-'));
    const files = ['/config_dump?include_eds', '/clusters?format=json'].map((path, nth) => ({
      path,
      file: join(folder, `${nth}`),
    }));
    for (const { path, file } of files) writeFileSync(file, await envoy.ask(path));
    const saved = await runCli(['trace', ...files.flatMap(({ file }) => ['-f', file]), target]);
    rmSync(folder, { recursive: true });
    assert.match(saved.stdout, /outbound\|8080\|\|cart\.shop/);
    assert.deepEqual(await runCli(['trace', CHECKOUT, target, '--kubeconfig', mesh.kubeconfig]), saved);
  });

  test('config log sets loggers, reads them back, and puts them back', async () => {
    const [rbac, http] = await levels('rbac', 'http');
    assert.deepEqual([rbac, http], ['error', 'error']);
    const set = await config('log', CHECKOUT, '--level', 'rbac:debug,http:trace', '--yes');
    assert.deepEqual([set.code, set.stdout], [0, 'rbac: error → debug\nhttp: error → trace\n']);
    assert.deepEqual(await levels('rbac', 'http'), ['debug', 'trace']);
    assert.match((await config('log', CHECKOUT)).stdout, /\n {2}rbac: debug\n/);
    const back = await config('log', CHECKOUT, '--level', 'default', '--yes');
    assert.deepEqual([back.code, back.stdout], [0, 'http: trace → warning\nrbac: debug → warning\n']);
    const one = await config('log', CHECKOUT, '--level', 'rbac:error', '--yes');
    assert.deepEqual([one.code, await levels('rbac', 'http')], [0, ['error', 'warning']]);
  });

  test('config log --for puts back what was before, for all loggers as well', async () => {
    const [rbac, http] = await levels('rbac', 'http');
    const all = await config('log', CHECKOUT, '--level', 'info', '--all', '--for', '20ms', '--yes');
    assert.equal(all.code, 0);
    assert.match(all.stdout, /^admin: error → info$/m);
    assert.deepEqual(await levels('rbac', 'http', 'admin'), [rbac, http, 'error']);
  });

  test('a logger that this Envoy does not have is refused before anything changes', async () => {
    const before = await levels('rbac');
    const { code, stderr } = await config('log', CHECKOUT, '--level', 'rbac:debug,rback:debug', '--yes');
    assert.equal(code, 2);
    assert.match(stderr, /there is no logger rback; near it are rbac/);
    assert.deepEqual(await levels('rbac'), before);
  });
});

function namesOf(text: string): readonly string[] {
  return (JSON.parse(text) as { readonly name: string }[]).map(({ name }) => name);
}
