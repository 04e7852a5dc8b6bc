import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCli } from '../support/run-cli.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/config/${name}.yaml`, import.meta.url));

test('a good configuration is OK, with what it comes to', async () => {
  const { code, stdout, stderr } = await runCli(['check-config'], { env: { MESHLADDER_ISTIOD_INTERVAL: '25s' } });
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(
    stdout,
    `OK
role:        all
istiods:     pods in istio-system, every 25s, fast 3s
kubernetes:  auto, all namespaces
clusters:    Kubernetes alone
election:    none, it always leads
access logs: files under /var/log/pods, no checkpoint
metrics:     :19012/metrics, proxy detail all
not as by default:
  istiod.interval: 25s
`,
  );
});

test('the summary says what a role leaves out', async () => {
  const { stdout } = await runCli(['check-config'], {
    env: { MESHLADDER_ROLE: 'agent', MESHLADDER_ACCESS_LOG_CHECKPOINT_DIR: '/c' },
  });
  assert.match(stdout, /istiods: {5}not asked \(role agent\)\n/);
  assert.match(stdout, /access logs: files under \/var\/log\/pods, checkpoint in \/c\n/);
});

const TOLD: readonly (readonly [yaml: string, line: string])[] = [
  [
    'remoteClusters: { contexts: [west=gke_w, south], kubeconfig: /k, portForward: true }',
    'clusters:    Kubernetes, west, south; istiods there through their API servers',
  ],
  [
    'cluster: { id: east }\nremoteClusters: { secrets: true }',
    'clusters:    east, those of remote secrets; istiods there not asked',
  ],
  ['role: agent', 'clusters:    Kubernetes, its logs alone (role agent)'],
  ['role: agent', 'election:    none (role agent)'],
  ['leaderElection: { enabled: true }', "election:    by Lease meshladder in the pod's namespace, of 15s"],
  ['leaderElection: { enabled: true, leaseName: m, leaseNamespace: mesh }', 'election:    by Lease m in mesh, of 15s'],
];

for (const [yaml, line] of TOLD) {
  test(`of ${JSON.stringify(yaml)} the summary says ${line.slice(13)}`, async () => {
    const { code, stdout, stderr } = await runCli(['check-config', '-'], { stdin: yaml });
    assert.deepEqual([code, stderr], [0, '']);
    assert.ok(stdout.split('\n').includes(line), stdout);
  });
}

test('a bad one exits 1 and lists every problem, wherever the file is named', async () => {
  const file = fixture('bad/many-at-once');
  for (const argv of [
    ['check-config', file],
    ['check-config', '--config.file', file],
  ]) {
    const { code, stdout, stderr } = await runCli(argv);
    assert.deepEqual([code, stdout], [1, '']);
    assert.deepEqual(stderr.split('\n').slice(0, 2), [
      'meshladder: the configuration has 4 problems:',
      `  ${file}:2: log.level: must be one of debug, info, warn, error, not "loud"`,
    ]);
  }
});

test('serve refuses the same with exit code 2', async () => {
  const { code, stderr } = await runCli(['serve', '--config.file', fixture('bad/unknown-key'), '--log.level', 'loud']);
  assert.equal(code, 2);
  assert.match(stderr, /2 problems:\n {2}--log\.level: .*\n {2}.*unknown-key\.yaml:2: istiod\.intervall: unknown key/);
});

const CHANGED: readonly (readonly [yaml: string, told: readonly string[]])[] = [
  ['', []],
  ['istiod: {}\nlog:\n  level: info', []],
  ['istiod: { interval: 10000ms, maxBytes: 131072KiB }', []],
  ['cluster: { id: east-1 }', ['cluster.id: east-1']],
  ['inspect: { enabled: true, timeout: 90s }', ['inspect.enabled: true', 'inspect.timeout: 1m30s']],
  ['istiod: { maxBytes: 64MiB }', ['istiod.maxBytes: 64MiB']],
  [
    'accessLog: { format: "%START_TIME% %RESPONSE_FLAGS%\\n" }',
    [String.raw`accessLog.format: "%START_TIME% %RESPONSE_FLAGS%\n"`],
  ],
  ['kubernetes: { namespaces: [shop, payment] }', ['kubernetes.namespaces: ["shop","payment"]']],
  ['web: { listenAddress: "127.0.0.1:0" }', ['web.listenAddress: 127.0.0.1:0']],
  ['log: { level: debug, format: json }', ['log.level: debug', 'log.format: json']],
];

for (const [yaml, told] of CHANGED) {
  test(`of ${JSON.stringify(yaml)} on stdin, what is not as by default is told`, async () => {
    const { code, stdout, stderr } = await runCli(['check-config', '-'], { stdin: yaml });
    assert.deepEqual([code, stderr], [0, '']);
    const [, after = ''] = stdout.split('not as by default:\n');
    const lines = after.split('\n').filter((line) => line !== '');
    assert.deepEqual(
      lines,
      told.map((each) => `  ${each}`),
    );
  });
}

test('what is wrong with stdin is told with its line', async () => {
  const { code, stderr } = await runCli(['check-config', '-'], { stdin: '\nlog:\n  level: loud\n' });
  assert.equal(code, 1);
  assert.match(stderr, /stdin:3: log\.level: must be one of/);
});
