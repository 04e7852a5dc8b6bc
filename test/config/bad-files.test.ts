import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config/load.ts';
import { problemText } from '../../src/config/problem.ts';

const BAD = fileURLToPath(new URL('../fixtures/config/bad/', import.meta.url));

/** File → every line `check-config` prints for it, after the folder's name. */
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['a-list', ['a-list.yaml:1: not a map of keys; write keys such as "istiod:" with their values below']],
  [
    'address-port-too-large',
    [
      'address-port-too-large.yaml:2: web.listenAddress: not an address: ":99999"; write HOST:PORT or :PORT, as in :19012, 127.0.0.1:19012 or [::1]:19012',
    ],
  ],
  [
    'address-without-colon',
    [
      'address-without-colon.yaml:2: web.listenAddress: not an address: "19012"; write HOST:PORT or :PORT, as in :19012, 127.0.0.1:19012 or [::1]:19012',
    ],
  ],
  [
    'agent-that-inspects',
    [
      'agent-that-inspects.yaml:3: inspect.enabled: true, but role is agent, which only reads the logs of its node; leave it to the central one',
    ],
  ],
  [
    'xds-without-a-ca',
    [
      'xds-without-a-ca.yaml:1: istiod.caFile: missing, but istiod.access is xds; mount the ConfigMap istio-ca-root-cert and name its root-cert.pem',
      'xds-without-a-ca.yaml:1: istiod.tokenFile: missing, but istiod.access is xds; mount a projected service-account token with audience istio-ca',
    ],
  ],
  [
    'inspect-without-kubernetes',
    [
      'inspect-without-kubernetes.yaml:7: inspect.enabled: true, but kubernetes.mode is off, and Envoys are reached through the Kubernetes API; turn that on',
    ],
  ],
  [
    'agent-that-leads',
    [
      'agent-that-leads.yaml:3: leaderElection.enabled: true, but role is agent, of which every node has its own; leave it to the central ones',
    ],
  ],
  [
    'agent-in-shards',
    [
      'agent-in-shards.yaml:2: shard.count: 2, but role is agent, whose share is its node; leave it to the central ones',
    ],
  ],
  [
    'election-without-kubernetes',
    [
      'election-without-kubernetes.yaml:7: leaderElection.enabled: true, but kubernetes.mode is off, and the Lease is an object of the Kubernetes API; turn that on',
    ],
  ],
  [
    'lease-of-half-seconds',
    [
      'lease-of-half-seconds.yaml:2: leaderElection.leaseDuration: 12s500ms, but a Lease counts whole seconds; write one of them, as in 15s',
    ],
  ],
  [
    'lease-shorter-than-renewal',
    [
      'lease-shorter-than-renewal.yaml:2: leaderElection.renewDeadline: not below leaderElection.leaseDuration (15s), so two could lead at once; make it shorter',
    ],
  ],
  [
    'renewal-without-a-second-try',
    [
      'renewal-without-a-second-try.yaml:2: leaderElection.renewDeadline: below twice leaderElection.retryPeriod (2s), so one late answer would cost the lead; make it longer',
    ],
  ],
  [
    'shard-beyond-the-last',
    [
      'shard-beyond-the-last.yaml:2: shard.index: 3, but shards are counted from 0 and shard.count is 3; write a number below that',
    ],
  ],
  [
    'shard-of-none',
    [
      'shard-of-none.yaml:2: shard.index: must be a whole number from 0, or auto, not "first"',
      'shard-of-none.yaml:3: shard.count: must be a whole number above 0, not 0',
    ],
  ],
  ['word-for-a-flag', ['word-for-a-flag.yaml:2: inspect.enabled: must be true or false, not "maybe"']],
  [
    'agent-that-reviews-tokens',
    [
      'agent-that-reviews-tokens.yaml:3: web.auth: kubernetes, but role is agent, which does without the Kubernetes API; use web.configFile',
    ],
  ],
  [
    'audiences-of-nothing',
    ['audiences-of-nothing.yaml:2: web.authAudiences: only read with web.auth: kubernetes; set that, or remove them'],
  ],
  [
    'agent-without-files',
    [
      'agent-without-files.yaml:3: accessLog.mode: api, but role is agent, which only reads files; use files, or another role',
    ],
  ],
  ['alias-bomb', ['alias-bomb.yaml: more than 100 aliases, or one of nothing; write the values out, in quotes']],
  ['boolean-for-a-word', ['boolean-for-a-word.yaml:2: accessLog.mode: must be one of files, api, off, not false']],
  [
    'bracket-missing',
    ['bracket-missing.yaml:2: not YAML: Flow map in block collection must be sufficiently indented and end with a }'],
  ],
  [
    'cap-of-no-family',
    [
      'cap-of-no-family.yaml:3: metrics.maxSeries.meshladder_proxys: no metric family has this name; did you mean meshladder_proxies?',
    ],
  ],
  ['cap-of-zero', ['cap-of-zero.yaml:4: metrics.maxSeries.default: must be a whole number above 0, not 0']],
  ['duplicate-key', ['duplicate-key.yaml:3: a key stands here twice; keep one']],
  [
    'duration-as-text',
    [
      'duration-as-text.yaml:2: istiod.interval: not a duration: "10"; write a number with a unit, as in 10s, 1m30s or 500ms',
      'duration-as-text.yaml:3: istiod.timeout: not a duration: "5 s"; write a number with a unit, as in 10s, 1m30s or 500ms',
    ],
  ],
  [
    'duration-negative',
    [
      'duration-negative.yaml:2: istiod.interval: not a duration: "-5s"; write a number with a unit, as in 10s, 1m30s or 500ms',
    ],
  ],
  ['duration-too-long', ['duration-too-long.yaml:2: metrics.missingGrace: "400d" is more than 31 days; write less']],
  ['duration-without-unit', ['duration-without-unit.yaml:2: istiod.interval: must be a duration such as 10s, not 10']],
  ['duration-zero', ['duration-zero.yaml:2: istiod.interval: "0s" is no time at all; write at least 1ms']],
  [
    'fast-slower-than-normal',
    ['fast-slower-than-normal.yaml:3: istiod.fastInterval: slower than istiod.interval (2s); make it shorter'],
  ],
  [
    'fraction-for-a-count',
    ['fraction-for-a-count.yaml:2: accessLog.maxStreams: must be a whole number above 0, not 1.5'],
  ],
  [
    'suppression-without-a-code',
    [
      'suppression-without-a-code.yaml:2: analysis.suppress[1]: must be IST0102 or IST0102=Namespace/legacy, kind/namespace/name with * for anything, not "VirtualService/shop/*"',
    ],
  ],
  ['just-text', ['just-text.yaml:1: not a map of keys; write keys such as "istiod:" with their values below']],
  [
    'key-outside-its-section',
    ['key-outside-its-section.yaml:1: interval: unknown key; did you mean "istiod.interval"?'],
  ],
  [
    'kubeconfig-in-cluster',
    [
      'kubeconfig-in-cluster.yaml:3: kubernetes.kubeconfig: not read with kubernetes.mode: in-cluster; remove it, or use kubeconfig',
    ],
  ],
  [
    'kubernetes-off-but-needed',
    [
      'kubernetes-off-but-needed.yaml:2: kubernetes.mode: off, but istiod.discovery is kubernetes; turn it on, or name istiods with istiod.discovery: static',
    ],
  ],
  [
    'list-is-text',
    ['list-is-text.yaml:2: kubernetes.namespaces: must be a list, each a namespace name, not "payment"'],
  ],
  [
    'list-with-bad-items',
    [
      'list-with-bad-items.yaml:2: kubernetes.namespaces[1]: must be a namespace name, not "Payment"',
      'list-with-bad-items.yaml:2: kubernetes.namespaces[2]: must be a namespace name, not 3',
    ],
  ],
  [
    'many-at-once',
    [
      'many-at-once.yaml:2: log.level: must be one of debug, info, warn, error, not "loud"',
      'many-at-once.yaml:3: log.format: must be one of logfmt, json, not "pretty"',
      'many-at-once.yaml:5: metrics.proxyDetail: must be one of all, unsynced, off, not "some"',
      'many-at-once.yaml:7: istiod.interval: not a duration: "soon"; write a number with a unit, as in 10s, 1m30s or 500ms',
    ],
  ],
  ['not-utf8', ['not-utf8.yaml: not UTF-8 text; save it as UTF-8']],
  [
    'nothing-like-it',
    [
      'nothing-like-it.yaml:1: kafka: unknown key; the keys here are role, cluster, istiod, kubernetes, remoteClusters, accessLog, history, inspect, prometheus, metrics, analysis, leaderElection, shard, web, log',
    ],
  ],
  [
    'path-of-the-api',
    [
      'path-of-the-api.yaml:3: istiod.urls: http://127.0.0.1:15014 stands twice; remove one',
      'path-of-the-api.yaml:5: web.telemetryPath: /api/v1/status is a path of the page or the API; give another one, as in /metrics',
    ],
  ],
  [
    'path-of-the-about',
    [
      'path-of-the-about.yaml:2: web.telemetryPath: /about is a path of the page or the API; give another one, as in /metrics',
    ],
  ],
  [
    'path-of-the-page',
    [
      'path-of-the-page.yaml:2: web.telemetryPath: /page/live.js is a path of the page or the API; give another one, as in /metrics',
    ],
  ],
  [
    'path-without-slash',
    ['path-without-slash.yaml:2: web.telemetryPath: must be a path of letters, digits, /, ., _ and -, not "metrics"'],
  ],
  [
    'port-forward-to-no-cluster',
    [
      'port-forward-to-no-cluster.yaml:2: remoteClusters.portForward: true, but no other cluster is watched; set remoteClusters.secrets or contexts, or remove it',
    ],
  ],
  [
    'prototype-keys',
    [
      'prototype-keys.yaml:1: __proto__: unknown key; the keys here are role, cluster, istiod, kubernetes, remoteClusters, accessLog, history, inspect, prometheus, metrics, analysis, leaderElection, shard, web, log',
      'prototype-keys.yaml:3: constructor: unknown key; the keys here are role, cluster, istiod, kubernetes, remoteClusters, accessLog, history, inspect, prometheus, metrics, analysis, leaderElection, shard, web, log',
    ],
  ],
  [
    'remote-clusters-of-an-agent',
    [
      'remote-clusters-of-an-agent.yaml:3: remoteClusters.secrets: given, but role is agent, which only reads the logs of its node; leave them to the central one',
    ],
  ],
  [
    'remote-contexts-in-a-pod',
    [
      'remote-contexts-in-a-pod.yaml:3: remoteClusters.kubeconfig: missing, but kubernetes.mode is in-cluster, and contexts stand in a kubeconfig; mount one and name it here',
    ],
  ],
  [
    'remote-contexts-of-one-id',
    [
      'remote-contexts-of-one-id.yaml:2: remoteClusters.contexts: two clusters are called Kubernetes, one of them by cluster.id, and their metrics could not be told apart; write ID=CONTEXT with another id',
    ],
  ],
  ['section-is-text', ['section-is-text.yaml:1: istiod: must be a map of keys, not "kubernetes"']],
  [
    'size-unit',
    ['size-unit.yaml:2: istiod.maxBytes: not a size: "64MB"; write a number with KiB, MiB or GiB, as in 64MiB'],
  ],
  [
    'stale-before-the-next-poll',
    [
      'stale-before-the-next-poll.yaml: metrics.staleAfter: below twice istiod.interval (1m30s), so one late poll would hide the mesh; make it longer',
    ],
  ],
  [
    'static-without-urls',
    [
      'static-without-urls.yaml:1: istiod.urls: empty, but istiod.discovery is static; name at least one istiod, as in http://127.0.0.1:15014',
    ],
  ],
  ['tab', ['tab.yaml:2: a tab as indentation; use spaces']],
  ['two-documents', ['two-documents.yaml:2: a second document begins; keep one']],
  ['unknown-key', ['unknown-key.yaml:2: istiod.intervall: unknown key; did you mean "interval"?']],
  ['unknown-section', ['unknown-section.yaml:1: istoid: unknown key; did you mean "istiod"?']],
  ['unknown-tag', ['unknown-tag.yaml:1: an unknown tag; write the plain value']],
  [
    'url-with-credentials',
    [
      'url-with-credentials.yaml:5: istiod.urls[1]: must be an http:// or https:// URL without a path, not "istiod:15014"',
      'url-with-credentials.yaml:6: istiod.urls[2]: must be an http:// or https:// URL without a path, not "http://…@istiod:15014"',
    ],
  ],
  [
    'urls-without-static',
    ['urls-without-static.yaml:2: istiod.urls: only read with istiod.discovery: static; set that, or remove the urls'],
  ],
  [
    'value-missing',
    ['value-missing.yaml:2: cluster.id: must be text, and stands empty; write a value or remove the key'],
  ],
  ['wrong-word', ['wrong-word.yaml:1: role: must be one of all, central, agent, not "centrall"']],
];

async function problemsOf(file: string, env: Record<string, string> = {}): Promise<string[]> {
  const loaded = await loadConfig({ file, env, flags: [], families: ['meshladder_proxies'] });
  return loaded.ok ? [] : loaded.problems.map(problemText);
}

for (const [name, expected] of CASES) {
  test(`bad file: ${name}`, async () => {
    const told = await problemsOf(join(BAD, `${name}.yaml`));
    assert.deepEqual(
      told.map((line) => line.replace(BAD, '')),
      expected,
    );
  });
}

test('every bad file has its case', async () => {
  const files = await readdir(BAD);
  assert.deepEqual(files.map((file) => file.replace(/\.yaml$/, '')).toSorted(), CASES.map(([name]) => name).toSorted());
});

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshladder-config-'));
});
after(() => rm(folder, { recursive: true }));

test('a file that cannot be read says why', async () => {
  const missing = join(folder, 'missing.yaml');
  assert.deepEqual(await problemsOf(missing), [`${missing}: no such file; check the path`]);
  assert.deepEqual(await problemsOf(folder), [`${folder}: a folder; name the file in it`]);
  const huge = join(folder, 'huge.yaml');
  await writeFile(huge, `# ${'x'.repeat(1024 * 1024)}\n`);
  assert.deepEqual(await problemsOf(huge), [`${huge}: larger than 1 MiB; is this the right file?`]);
});

test('a file without permission says so', {
  skip: process.getuid?.() === 0 && 'root may read everything',
}, async () => {
  const secret = join(folder, 'secret.yaml');
  await writeFile(secret, 'role: all\n');
  await chmod(secret, 0);
  assert.deepEqual(await problemsOf(secret), [`${secret}: not readable; check its permissions and the user`]);
});

test('problems of file, environment and flags are told together', async () => {
  const loaded = await loadConfig({
    file: join(BAD, 'wrong-word.yaml'),
    env: { MESHLADDER_ISTIOD_INTERVALL: '10s', MESHLADDER_LOG_LEVEL: 'loud' },
    flags: [{ path: ['web', 'listenAddress'], value: '19012', where: '--web.listen-address' }],
    families: [],
  });
  assert.deepEqual(
    loaded.ok ? [] : loaded.problems.map((problem) => problemText(problem).replace(BAD, '')).toSorted(),
    [
      '--web.listen-address: web.listenAddress: not an address: "19012"; write HOST:PORT or :PORT, as in :19012, 127.0.0.1:19012 or [::1]:19012',
      'MESHLADDER_ISTIOD_INTERVALL: no key of the configuration has this name; did you mean MESHLADDER_ISTIOD_INTERVAL?',
      'MESHLADDER_LOG_LEVEL: log.level: must be one of debug, info, warn, error, not "loud"',
      'wrong-word.yaml:1: role: must be one of all, central, agent, not "centrall"',
    ],
  );
});
