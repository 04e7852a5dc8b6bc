import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { FIELDS, fromFlags, variableOf } from '../../src/config/overrides.ts';

const GOOD = new URL('../fixtures/config/good/', import.meta.url);

interface Given {
  readonly file?: string;
  readonly env?: Record<string, string>;
  readonly flags?: readonly { flag: string; path: string; value: string }[];
}

async function load({ file, env = {}, flags = [] }: Given): Promise<Config> {
  const loaded = await loadConfig({
    file: file === undefined ? undefined : fileURLToPath(new URL(file, GOOD)),
    env,
    flags: fromFlags(flags),
    families: ['meshladder_proxies'],
  });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

test('no file at all gives every default', async () => {
  const config = await load({});
  assert.equal(config.role, 'all');
  assert.equal(config.istiod.interval, 10_000);
  assert.equal(config.istiod.fastInterval, 3000);
  assert.equal(config.accessLog.mode, 'files');
  assert.deepEqual(config.web, {
    listenAddress: { host: undefined, port: 19_012 },
    telemetryPath: '/metrics',
    auth: 'none',
    authAudiences: [],
    probes: 'open',
    requestsPerSecond: 50,
  });
  assert.deepEqual(config.metrics.maxSeries, { default: 100_000 });
  assert.equal(config.istiod.tokenFile, undefined);
  assert.equal(config.leaderElection.enabled, false);
  assert.deepEqual(config.shard, { index: 0, count: 1 });
});

test('a section with nothing below it is its defaults', async () => {
  assert.deepEqual(await load({ file: 'section-empty.yaml' }), await load({}));
});

test('a pipe that gives its text piece by piece is read to its end', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-'));
  t.after(() => rm(folder, { recursive: true }));
  const pipe = join(folder, 'pipe');
  await promisify(execFile)('mkfifo', [pipe]);
  const written = promisify(execFile)('sh', [
    '-c',
    `{ echo 'role: agent'; sleep 0.2; echo 'log: {level: debug}'; } > "${pipe}"`,
  ]);
  const loaded = await loadConfig({ file: pipe, env: {}, flags: [], families: [] });
  await written;
  assert.ok(loaded.ok, JSON.stringify(loaded));
  assert.deepEqual([loaded.config.role, loaded.config.log.level], ['agent', 'debug']);
});

test('a file with every key gives every value', async () => {
  assert.deepEqual(await load({ file: 'full.yaml' }), {
    role: 'central',
    cluster: { id: 'east' },
    istiod: {
      discovery: 'static',
      urls: ['http://127.0.0.1:15014', 'https://[::1]:15014/'],
      access: 'xds',
      caFile: '/var/run/secrets/istio/root-cert.pem',
      serverName: 'istiod-canary.istio-control.svc',
      xdsPort: 15_013,
      interval: 15_000,
      fastInterval: 2000,
      timeout: 1500,
      tokenFile: '/var/run/secrets/tokens/istio-token',
      rootNamespace: 'istio-control',
      maxBytes: 67_108_864,
    },
    kubernetes: {
      mode: 'kubeconfig',
      kubeconfig: '/home/me/.kube/config',
      context: 'staging',
      namespaces: ['payment', 'bookinfo'],
    },
    remoteClusters: {
      contexts: ['west=arn:aws:eks:eu-west-1:1:cluster/west', 'north'],
      kubeconfig: '/etc/clusters',
      secrets: true,
      portForward: true,
    },
    accessLog: {
      mode: 'off',
      root: '/logs',
      container: 'proxy',
      format: '%START_TIME% %RESPONSE_FLAGS%',
      checkpointDir: '/var/lib/meshladder',
      maxStreams: 10,
    },
    history: { file: '/var/lib/meshladder/history.json' },
    inspect: {
      enabled: true,
      proxiesPerMinute: 30,
      concurrency: 4,
      interval: 300_000,
      askIstiod: false,
      timeout: 20_000,
      maxBytes: 33_554_432,
    },
    prometheus: {
      url: 'https://prometheus.example/prefix/',
      tokenFile: '/var/run/token',
      timeout: 5000,
      interval: 15000,
    },
    metrics: {
      proxyDetail: 'unsynced',
      maxSeries: { default: 1000, meshladder_proxies: 20 },
      missingGrace: 60_000,
      staleAfter: 5_400_000,
    },
    analysis: {
      suppress: ['IST0102', 'IST0101=VirtualService/shop/*', 'IST0102=Namespace/legacy'],
      interval: 120_000,
    },
    leaderElection: {
      enabled: true,
      leaseName: 'ladder',
      leaseNamespace: 'istio-control',
      leaseDuration: 30_000,
      renewDeadline: 20_000,
      retryPeriod: 4000,
    },
    shard: { index: 'auto', count: 3 },
    web: {
      listenAddress: { host: '127.0.0.1', port: 0 },
      telemetryPath: '/m',
      configFile: '/etc/web/web.yml',
      auth: 'kubernetes',
      authAudiences: ['meshladder'],
      probes: 'guarded',
      probeAddress: { host: undefined, port: 19_013 },
      requestsPerSecond: 20,
    },
    log: { level: 'debug', format: 'json' },
  });
});

test('flags win over the environment, the environment over the file, lists and numbers included', async () => {
  const config = await load({
    file: 'full.yaml',
    env: {
      MESHLADDER_ISTIOD_INTERVAL: '20s',
      MESHLADDER_KUBERNETES_NAMESPACES: 'one, two',
      MESHLADDER_ACCESS_LOG_MAX_STREAMS: '7',
      MESHLADDER_METRICS_MAX_SERIES: 'default=9,meshladder_proxies=8',
      MESHLADDER_LOG_LEVEL: 'error',
      MESHLADDER_ROLE: 'all',
    },
    flags: [{ flag: '--log.level', path: 'log.level', value: 'warn' }],
  });
  assert.equal(config.istiod.interval, 20_000);
  assert.deepEqual(config.kubernetes.namespaces, ['one', 'two']);
  assert.equal(config.accessLog.maxStreams, 7);
  assert.deepEqual(config.metrics.maxSeries, { default: 9, meshladder_proxies: 8 });
  assert.equal(config.log.level, 'warn');
  assert.equal(config.role, 'all');
  assert.equal(config.istiod.timeout, 1500);
});

test('variables that Kubernetes sets beside a service named meshladder are not ours', async () => {
  const host = '10.0.0.1';
  await load({
    env: {
      MESHLADDER_SERVICE_HOST: host,
      MESHLADDER_SERVICE_PORT: '19012',
      MESHLADDER_SERVICE_PORT_HTTP_METRICS: '19012',
      MESHLADDER_PORT: `tcp://${host}:19012`,
      MESHLADDER_PORT_19012_TCP: `tcp://${host}:19012`,
      MESHLADDER_PORT_19012_TCP_ADDR: host,
      MESHLADDER_AGENT_SERVICE_HOST: host,
    },
  });
});

test('every key has a variable of its own', () => {
  const names = [...FIELDS.keys()].map(variableOf);
  assert.equal(new Set(names).size, names.length);
  assert.equal(variableOf('istiod.fastInterval'), 'MESHLADDER_ISTIOD_FAST_INTERVAL');
  assert.equal(variableOf('accessLog.checkpointDir'), 'MESHLADDER_ACCESS_LOG_CHECKPOINT_DIR');
});

test('every key says what it is for', () => {
  for (const [path, field] of FIELDS) {
    assert.match(field.doc, /^[A-Z`].*\.$/, `${path}: ${field.doc}`);
    assert.notEqual(field.kind, '', path);
  }
});
