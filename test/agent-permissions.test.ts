import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { listening } from '../scripts/listening.ts';
import { until } from './support/until.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** Who an agent is in its container: nobody, in root's group where the chart says so. */
const NOBODY = 65_532;
const ROOTS_GROUP = 0;

/** As an Envoy writes it by default, behind what a container runtime puts before it. */
const LINE =
  '2026-08-01T09:14:03.512387682Z stdout F [2026-08-01T09:14:03.512Z] "GET /item/1 HTTP/1.1" 503 UH no_healthy_upstream - "-" 0 19 3 - "-" "curl/8.5" "id-1" "shop:8080" "-" outbound|8080|v1|shop.payment.svc.cluster.local - 10.96.0.21:8080 10.44.0.23:50000 - default\n';

function whyNot(): string | false {
  if (process.getuid?.() !== 0) return 'only root can make files of root and run a program as somebody else';
  const tried = spawnSync(process.execPath, [MAIN, '--version'], { uid: NOBODY, gid: NOBODY, cwd: '/' });
  return tried.status === 0 ? false : 'this folder is not open to other users of this machine';
}
const skip = whyNot();

/** A node's log of one sidecar, as a kubelet makes it, and an agent that reads it as this user. */
async function startAgent(context: TestContext, gid: number): Promise<{ readonly url: string; readonly log: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-permissions-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const container = join(folder, 'pods', 'shop_cart-0_uid-1', 'istio-proxy');
  mkdirSync(container, { recursive: true });
  const log = join(container, '0.log');
  writeFileSync(log, '', { mode: 0o640 });
  const configFile = join(folder, 'meshladder.yaml');
  const config = { role: 'agent', accessLog: { root: join(folder, 'pods') }, web: { listenAddress: '127.0.0.1:0' } };
  writeFileSync(configFile, JSON.stringify({ ...config, log: { format: 'json' } }));
  const child = spawn(process.execPath, [MAIN, 'serve', '--config.file', configFile], {
    uid: NOBODY,
    gid,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  context.after(async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });
  return { url: await listening(child.stderr), log };
}

/** A scrape that has what is looked for. */
function scrapeWith(url: string, pattern: RegExp): Promise<string> {
  const scrape = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
  return until(scrape, (body) => pattern.test(body), `a scrape with ${pattern}`, { everyMs: 50 });
}

test("a log of root's, open to its group, is read by nobody in root's group", { skip }, async (context) => {
  const { url, log } = await startAgent(context, ROOTS_GROUP);
  await scrapeWith(url, /^meshladder_source_up\{.*source="access_log"\} 1$/m);
  appendFileSync(log, LINE);
  await scrapeWith(url, /^meshladder_response_flags_total\{.*flag="UH".*\} 1$/m);
});

test('the same without that group is told as denied, and nothing is counted', { skip }, async (context) => {
  const { url, log } = await startAgent(context, NOBODY);
  appendFileSync(log, LINE);
  await scrapeWith(url, /^meshladder_source_errors_total\{.*source="access_log".*reason="denied".*\} [1-9]/m);
  const body = await scrapeWith(url, /^meshladder_source_up\{.*source="access_log"\} 0$/m);
  assert.doesNotMatch(body, /^meshladder_response_flags_total\{/m);
});
