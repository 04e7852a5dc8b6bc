import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ExporterSettings, writeSettings } from '../../../src/demo/exporter/settings.ts';
import { type DemoMesh, startMesh } from '../../../src/demo/mesh/mesh.ts';
import { runCli } from '../../support/run-cli.ts';
import { until } from '../../support/until.ts';
import { startDemoRun } from '../demo-run.ts';

interface QuietMesh {
  readonly mesh: DemoMesh;
  readonly settings: ExporterSettings;
}

/** The demo's mesh, its istiods' debug ports switched off. */
async function startQuietMesh(t: TestContext): Promise<QuietMesh> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-demo-xds-'));
  const mesh = await startMesh({ folder, extraProxies: 3, rotateAtBytes: 1 << 20, istiodAccess: 'xds' });
  t.after(async () => {
    await mesh.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { mesh, settings: await writeSettings({ folder, mesh, speed: 1 }) };
}

interface Listed {
  readonly proxies: readonly { readonly proxy: string; readonly istiod: string; readonly state: string }[];
}

const LIMIT = { timeout: 60_000 };

test('its istiods answer over xDS what they answer over HTTP, of every proxy', LIMIT, async (t) => {
  const { mesh, settings } = await startQuietMesh(t);
  const { kubectlConfig, tokenFile } = settings;
  mesh.control.setHeard('details-v1-79dfbd6fff-4jq8w.bookinfo', false);
  mesh.control.push(['cds', 'lds']);
  const run = await runCli(['status', '--kubeconfig', kubectlConfig, '--token-file', tokenFile, '-o', 'json']);
  assert.equal(run.code, 1);
  const { proxies } = JSON.parse(run.stdout) as Listed;
  assert.equal(proxies.length, mesh.proxies.size + 3);
  assert.equal(new Set(proxies.map(({ istiod }) => istiod)).size, 2);
  const wrong = proxies.filter(({ state }) => state !== 'SYNCED').map(({ proxy, state }) => `${proxy}: ${state}`);
  assert.deepEqual(wrong.toSorted(), ['details-v1-79dfbd6fff-4jq8w: STALE', 'reviews-v2-556d6457d-hn5vc: ERROR']);
  assert.match(
    run.stderr,
    /^meshladder: asked over xDS, not over HTTP: istiod-\S+, istiod-\S+ \(.*ENABLE_DEBUG_ON_HTTP=false\)\)\n$/,
  );
});

test('who has no token, or one for the API server, is not let in', LIMIT, async (t) => {
  const { mesh, settings } = await startQuietMesh(t);
  const none = await runCli(['status', '--kubeconfig', settings.kubectlConfig]);
  assert.deepEqual([none.code, none.stdout], [2, '']);
  assert.match(none.stderr, /istiod-\S+\.istio-system:\d+ asks for a token: give one with --token-file/);
  await settings.writeToken(mesh.tokens.kube);
  const { kubectlConfig, tokenFile } = settings;
  const other = await runCli(['status', '--kubeconfig', kubectlConfig, '--token-file', tokenFile]);
  assert.match(other.stderr, /does not accept the token/);
});

test('the exporter is told whom to trust', LIMIT, async (t) => {
  const { mesh, settings } = await startQuietMesh(t);
  const [, caFile = ''] = /caFile: "(.*)"/.exec(readFileSync(settings.configFile, 'utf8')) ?? [];
  assert.equal(readFileSync(caFile, 'utf8'), mesh.rootCertificate);
});

interface Istiod {
  readonly access: string;
  readonly http_error: string | null;
  readonly state: string;
}

interface Status {
  /** Null before the first poll. */
  readonly istiods: readonly Istiod[] | null;
}

test('demo --istiod-access xds: the exporter chooses xDS, and says why', LIMIT, async (t) => {
  const run = startDemoRun(t, ['--incident', 'none', '--istiod-access', 'xds', '--speed', '10']);
  await run.said('their debug ports are switched off');
  const ask = async (): Promise<Status> =>
    (await fetch(new URL('/api/v1/status', run.url()))).json() as Promise<Status>;
  const answered = ({ istiods }: Status): boolean =>
    istiods?.length === 2 && istiods.every(({ state }) => state === 'ok');
  const { istiods: answering } = await until(ask, answered, 'both istiods answer', { everyMs: 200 });
  for (const { access, http_error } of answering ?? []) {
    assert.equal(access, 'xds');
    assert.match(http_error ?? '', /ENABLE_DEBUG_ON_HTTP=false/);
  }
});
