import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findTool } from '../scripts/find-tool.ts';
import { listening } from '../scripts/listening.ts';
import { defaultDeny } from '../src/demo/mesh/network-policies.ts';
import { readExposition } from './support/exposition.ts';
import { assertGolden } from './support/golden.ts';
import { json, startIstiodServer, text } from './support/istiod-server.ts';
import { readRecording, startRecordedCluster, writeNodeLog } from './support/recorded-cluster.ts';
import { startProcess } from './support/run-process.ts';

/** Recorded logs, and the pods that wrote them. */
const LOGS: readonly (readonly [pod: string, recording: string])[] = [
  ['payment/checkout-v1-5c7d8e9f6b-qw4rt', 'incident/drop/checkout.istio-proxy.log.gz'],
  ['payment/payment-svc-v1-6d8f9b7c5d-2xkqp', 'incident/drop/payment-svc-v1.istio-proxy.log.gz'],
  ['payment/payment-svc-v2-7b9c6d5f4e-m8zrt', 'incident/drop/payment-svc-v2.istio-proxy.log.gz'],
  ['bookinfo/ratings-v1-5ffdd8466b-r6d2s', 'accesslog/container/ratings-v1-5ffdd8466b-r6d2s.istio-proxy.cri.log'],
  ['bookinfo/reviews-v1-598b896c9d-p9ltz', 'accesslog/mesh-text/reviews-v1-598b896c9d-p9ltz.istio-proxy.log'],
];
/** A row that this istiod has lost: its pod runs on. */
const VANISHED = 'details-v1-79dfbd6fff-4jq8w.bookinfo';
const NACKS = 'syncz/nack-real-envoy.json';

/** The program as it is installed, over real sockets and files, with everything that a recorded mesh says. */
async function startExporter(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-golden-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const rows = JSON.parse(readRecording(NACKS)) as { proxy: string }[];
  const istiod = await startIstiodServer({
    '/debug/syncz': json(rows.filter(({ proxy }) => proxy !== VANISHED)),
    '/version': text(readRecording('istiod/version.json')),
  });
  context.after(() => istiod.stop());
  const cluster = await startRecordedCluster(context, folder, istiod.port);
  const root = join(folder, 'pods');
  await mkdir(root);
  const config = {
    istiod: { interval: '500ms', fastInterval: '500ms' },
    kubernetes: { mode: 'kubeconfig', kubeconfig: cluster.kubeconfig },
    accessLog: { root },
    metrics: { missingGrace: '1s' },
    analysis: { interval: '500ms' },
    web: { listenAddress: '127.0.0.1:0' },
    log: { format: 'json' },
  };
  // JSON is YAML.
  await writeFile(join(folder, 'meshladder.yaml'), JSON.stringify(config));
  const child = startProcess(['serve', '--config.file', join(folder, 'meshladder.yaml')]);
  context.after(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  });
  const url = await listening(child.stderr);
  return { url, root, store: cluster.store };
}

async function scrapeUntil(url: string, expected: readonly RegExp[], lines = 0): Promise<string> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const body = await (await fetch(`${url}/metrics`)).text();
    const missing = expected.filter((pattern) => !pattern.test(body));
    if (missing.length === 0 && linesRead(body) === lines) return body;
    const lack = [...missing, `${linesRead(body)} of ${lines} lines`].join('  ');
    assert.ok(performance.now() < deadline, `never in the scrape: ${lack}\n${body}`);
    await sleep(100);
  }
}

function linesRead(scrape: string): number {
  const read = scrape.matchAll(/^meshladder_access_log_lines_total\{.*\} (\d+)$/gm);
  return read.reduce((sum, [, lines]) => sum + Number(lines), 0);
}

/**
 * Leaves out what no two runs have in common: the process's own figures, times, how often something was asked, and the
 * order in which a folder lists its files.
 */
function withoutChance(scrape: string): string {
  return scrape
    .split(/^(?=# HELP)/m)
    .flatMap((family) => {
      const [help = '', type = '', ...samples] = family.trimEnd().split('\n');
      return [help, type, ...samples.sort()];
    })
    .filter((line) => !/^(?:# (?:HELP|TYPE) )?(?:process_|nodejs_)/.test(line))
    .map((line) =>
      line
        .replace(/^(\w+_timestamp_seconds\S*) .*$/, '$1 TIME')
        .replace(/^(meshladder_\w*(?:duration|lag)_seconds\S*) .*$/, '$1 SECONDS')
        .replace(/^(meshladder_(?:source_polls|runs|(?:missed_)?ticks)\w*_total\S*) .*$/, '$1 COUNT')
        .replace(/(node_version|revision|version)="v?[^"]*"/g, (label, name: string) =>
          line.startsWith('meshladder_build_info') ? `${name}="…"` : label,
        ),
    )
    .join('\n')
    .concat('\n');
}

test('a scrape of the whole program over a recorded mesh is the one that was read and found right', async (context) => {
  const { url, root, store } = await startExporter(context);
  await scrapeUntil(url, [/^meshladder_expected_proxies\{/m, /^meshladder_access_log_lines_total\{/m]);
  store.create(defaultDeny(['Ingress', 'Egress']));
  let lines = 0;
  for (const [pod, recording] of LOGS) lines += await writeNodeLog(root, pod, readRecording(recording));
  const expected = [
    /^meshladder_xds_blocked_by_network_policy\{/m,
    /^meshladder_proxy_missing\{.*details/m,
    /^meshladder_proxy_out_of_sync_since_timestamp_seconds\{.*details/m,
    /^meshladder_analysis_finding_since_timestamp_seconds\{/m,
    /^meshladder_proxy_out_of_sync_since_timestamp_seconds\{.*slow-proxy/m,
  ];
  const scrape = await scrapeUntil(url, expected, lines);
  readExposition(scrape);
  await context.test('read by promtool without a complaint', PROMTOOL, () => lint(scrape));
  await context.test('the same when it is asked for compressed', async () => {
    const packed = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(packed.headers.get('content-encoding'), 'gzip');
  });
  await assertGolden('scrape/recorded-mesh.prom', withoutChance(scrape));
});

const promtool = findTool('promtool');
const PROMTOOL = { skip: promtool === undefined ? 'promtool is not here' : false };

async function lint(scrape: string): Promise<void> {
  const child = spawn(promtool ?? '', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => said.push(piece));
  child.stdin.end(scrape);
  const [code] = (await once(child, 'close')) as [number];
  assert.deepEqual([code, Buffer.concat(said).toString()], [0, '']);
}
