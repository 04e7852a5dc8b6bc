import assert from 'node:assert/strict';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { BundleLadderDocument } from '../../src/sinks/report/bundle-head.ts';
import { changedReport, type Entry, entriesOf, REPORT, writeArchive } from '../support/bundle.ts';
import { runCli } from '../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'meshladder-bundle-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const inFolder = (name: string): string => join(folder, name);
const CHECKOUT = 'checkout-v1-5c7d8e9f6b-qw4rt';
const NACK = new URL('../fixtures/syncz/nack-real-envoy.json', import.meta.url);
const SYNCZ = 'istio/istio-system/istiod-7d4b9c6f8d-v5xnt/debug/syncz';

async function look(...argv: string[]): Promise<BundleLadderDocument & { readonly exit: number }> {
  const { stdout, stderr, code } = await runCli(['bundle', ...argv, '-o', 'json']);
  assert.equal(stderr, '');
  return { ...(JSON.parse(stdout) as BundleLadderDocument), exit: code };
}

function rung(document: BundleLadderDocument, number: number) {
  return document.rungs.find((each) => each.number === number);
}

/** Every row of syncz, changed. */
function withRows(
  change: (row: Record<string, unknown>) => Record<string, unknown> | undefined,
): (entry: Entry) => Entry {
  return (entry) => {
    if (entry.path !== SYNCZ) return entry;
    const rows = JSON.parse(entry.text) as Record<string, unknown>[];
    return { ...entry, text: JSON.stringify(rows.flatMap((row) => change(row) ?? [])) };
  };
}

describe('a real bug report', () => {
  test('is told as the mesh was: nine proxies in sync, nobody denied, no failure', async () => {
    const document = await look(REPORT);
    assert.equal(document.at, '2026-11-21T03:24:20.000Z');
    assert.deepEqual(document.bundle.contents, {
      objects: 113,
      istiods: 1,
      proxies: 9,
      proxyLogs: 9,
      accessLines: 385,
      unparsedLines: 0,
      configDumps: 9,
    });
    assert.equal(document.bundle.istioctlVersion, '1.30.3');
    assert.deepEqual(document.bundle.unreadable, []);
    assert.deepEqual(
      document.bundle.missing.map(({ what }) => what),
      ['NetworkPolicies', "istiod's own config dumps", 'when weights changed last'],
    );
    assert.equal(rung(document, 0)?.summary, '1 istiod answers');
    assert.equal(rung(document, 2)?.summary, '9 proxies SYNCED');
    assert.match(rung(document, 9)?.summary ?? '', /of 385 log lines in 39 min$/);
    assert.equal(document.exit, 2);
  });

  test('what a VirtualService was before its last change is not known, so no share is judged by it', async () => {
    const document = await look(REPORT);
    assert.equal(rung(document, 3)?.verdict, 'unknown');
    const untouched = await changedReport(inFolder('generation.tar.gz'), (entry) =>
      entry.path === 'cluster/crs'
        ? { ...entry, text: entry.text.replaceAll(/generation: \d+/g, 'generation: 1') }
        : entry,
    );
    const judged = rung(await look(untouched), 3);
    assert.equal(judged?.verdict, 'finding');
    assert.match(judged?.summary ?? '', /payment-svc.* declared 10 % .*(Envoy of checkout-v1 holds 10 %).*47 of 192/);
  });

  test('its head says what it is, what is in it, and what cannot be told without the rest', async () => {
    const { stdout, stderr } = await runCli(['bundle', REPORT]);
    assert.equal(stderr, '');
    const [head = '', ladder = ''] = stdout.replace(REPORT, 'bug-report.tar.gz').split('\n\n');
    assert.equal(
      head,
      [
        'bug-report.tar.gz, made 2026-11-21T03:24:20.000Z by istioctl 1.30.3',
        '  113 objects, 1 istiod with 9 proxies, 9 proxy logs with 385 access lines, 9 config dumps',
        '  istioctl analyze then: 3 Warning, 4 Info',
        '  not in it: NetworkPolicies; what keeps a proxy from istiod cannot be named',
        "  not in it: istiod's own config dumps; whether Envoys hold what istiod would send is unknown (rung 7)",
        '  not in it: when weights changed last; the shares of 1 object with an earlier form are not judged (rung 3)',
      ].join('\n'),
    );
    assert.match(ladder, /^ 0 {2}ok {7}control-plane: 1 istiod answers$/m);
  });

  test('its dumps are looked into', async () => {
    const document = await look(REPORT, `${CHECKOUT}.payment`);
    const drift = rung(document, 7);
    assert.ok(
      drift?.evidence.some((each) => /1 of 1 prox\w+ looked into/.test(each)),
      JSON.stringify(drift),
    );
    const without = await changedReport(inFolder('dumps.tar.gz'), (entry) =>
      /\/(config_dump|clusters)/.test(entry.path) ? undefined : entry,
    );
    const blind = await look(without, `${CHECKOUT}.payment`);
    assert.notDeepEqual(rung(blind, 7), drift);
    assert.ok(blind.bundle.missing.some(({ what }) => what === 'config dumps of proxies'));
  });

  test('its table of proxies is what istioctl would have shown', async () => {
    const { stdout, code } = await runCli(['bundle', REPORT, '--status', '-o', 'json']);
    const { proxies } = JSON.parse(stdout) as {
      proxies: { state: string; types: Record<string, { state: string }> }[];
    };
    assert.equal(proxies.length, 9);
    assert.deepEqual(new Set(proxies.map(({ state }) => state)), new Set(['SYNCED']));
    for (const { types } of proxies) {
      const watched = Object.entries(types).filter(([, { state }]) => state === 'SYNCED');
      assert.deepEqual(watched.map(([type]) => type).sort(), ['cds', 'eds', 'lds', 'rds']);
    }
    assert.equal(code, 0);
    const one = await runCli(['bundle', REPORT, '--status', '-n', 'payment']);
    assert.equal(one.stdout.split('\n').filter((line) => /^\S+ +payment .*SYNCED/.test(line)).length, 3);
  });

  test('its flags are what grep counts in its logs', async () => {
    const logs = (await entriesOf(REPORT)).filter(({ path }) => path.endsWith('/istio-proxy.log'));
    const lines = logs
      .flatMap(({ text }) => text.split('\n'))
      .filter((line) => /^\[\d{4}-/.test(line) || line.startsWith('{"authority"'));
    const expected: Record<string, number> = {};
    for (const line of lines) {
      const [, flags = '-'] = /" \d+ ([A-Z,]+|-) |"response_flags":"([A-Z,]+|-)"/.exec(line) ?? [];
      for (const flag of flags.split(',')) if (flag !== '-') expected[flag] = (expected[flag] ?? 0) + 1;
    }
    const { stdout } = await runCli(['bundle', REPORT, '--flags', '-o', 'json']);
    const { flags, lines: counted } = JSON.parse(stdout) as { flags: object; lines: { access: number } };
    assert.deepEqual(flags, expected);
    assert.equal(counted.access, lines.length);
  });

  test('a pod of it is told as check tells it', async () => {
    const document = await look(REPORT, `${CHECKOUT}.payment`);
    assert.deepEqual(document.about, { namespace: 'payment', pod: CHECKOUT });
    assert.equal(rung(document, 2)?.summary, '1 proxy SYNCED');
    assert.equal(rung(document, 1)?.verdict, 'ok');
  });

  test('unpacked into a folder it tells the same', async () => {
    const unpacked = inFolder('unpacked');
    for (const { path, text } of await entriesOf(REPORT)) {
      mkdirSync(dirname(join(unpacked, 'bug-report', path)), { recursive: true });
      writeFileSync(join(unpacked, 'bug-report', path), text);
    }
    symlinkSync('/etc', join(unpacked, 'elsewhere'));
    const [packed, loose] = [await look(REPORT), await look(unpacked)];
    assert.deepEqual(loose.bundle.contents, packed.bundle.contents);
    assert.deepEqual(
      loose.rungs.map(({ id, verdict }) => [id, verdict]),
      packed.rungs.map(({ id, verdict }) => [id, verdict]),
    );
    // Written just now, and yet of then: of the newest thing that it tells.
    assert.match(loose.at, /^2026-11-21T03:2\d/);
  });
});

describe('a proxy that is not in sync', () => {
  test('STALE for a while is a finding, since the push', async () => {
    const file = await changedReport(
      inFolder('stale.tar.gz'),
      withRows((row) => {
        if (row['proxy'] !== `${CHECKOUT}.payment`) return row;
        const text = JSON.stringify(row).replaceAll(/"(\w+_)?acked":"[^"]*"/g, (acked) =>
          acked.replace(/:".*"/, ':"old"'),
        );
        return JSON.parse(text) as Record<string, unknown>;
      }),
    );
    const document = await look(file);
    assert.equal(document.exit, 1);
    assert.match(rung(document, 2)?.summary ?? '', /^payment: 1 proxy STALE for 2 min$/);
    // Not since now: it may have been opened years later.
    const later = await look(file, '--at', '2026-11-21T03:30:00Z');
    assert.match(rung(later, 2)?.summary ?? '', /^payment: 1 proxy STALE for 8 min$/);
  });

  test('not listed by the only istiod in it is MISSING, and that this was one look is said', async () => {
    const file = await changedReport(
      inFolder('missing.tar.gz'),
      withRows((row) => (row['proxy'] === `${CHECKOUT}.payment` ? undefined : row)),
    );
    const document = await look(file, `${CHECKOUT}.payment`);
    assert.match(document.headline ?? '', /: 1 proxy MISSING for 3 s/);
    assert.equal(rung(document, 1)?.verdict, 'finding');
    assert.equal(rung(document, 2)?.summary, 'rung 1 not passed');
    assert.deepEqual(
      document.bundle.missing.find(({ what }) => what === 'a second look')?.consequence,
      '1 proxy called MISSING may only have been reconnecting',
    );
    // The others are still judged by when their pushes were sent.
    assert.match(rung(await look(file), 1)?.summary ?? '', /^payment: 1 proxy MISSING/);
  });

  test('a NetworkPolicy that somebody put beside it is named as the cause', async () => {
    const policy = [
      'apiVersion: networking.k8s.io/v1',
      'kind: NetworkPolicy',
      'metadata: {name: default-deny, namespace: payment}',
      'spec: {podSelector: {}, policyTypes: [Egress]}',
    ].join('\n');
    const file = await changedReport(
      inFolder('policy.tar.gz'),
      withRows((row) => (row['proxy'] === `${CHECKOUT}.payment` ? undefined : row)),
      [{ path: 'networkpolicies.yaml', text: policy }],
    );
    const { headline, bundle } = await look(file, `${CHECKOUT}.payment`);
    assert.equal(
      headline,
      `${CHECKOUT}.payment: 1 proxy MISSING for 3 s; NetworkPolicy payment/default-deny blocks egress to istiod:15012.`,
    );
    assert.equal(
      bundle.missing.some(({ what }) => what === 'NetworkPolicies'),
      false,
    );
  });

  test('a rejection is told in the words of the proxy', async () => {
    const file = await changedReport(inFolder('nack.tar.gz'), (entry) =>
      entry.path === SYNCZ ? { ...entry, text: readFileSync(NACK, 'utf8') } : entry,
    );
    const { stdout, code } = await runCli([
      'bundle',
      file,
      'reviews-v2-556d6457d-hn5vc.bookinfo',
      '--at',
      '2026-11-21T02:40:00Z',
    ]);
    assert.equal(code, 1);
    assert.match(stdout, /2 {2}FINDING {2}config-synced: 1 proxy ERROR.*LDS rejected/);
  });

  test('with another istiod whose answer is not in it, nobody is called missing, nor connected', async () => {
    const other = 'istiod-7d4b9c6f8d-other';
    const file = await changedReport(inFolder('two.tar.gz'), (entry) => {
      if (entry.path !== 'cluster/k8s-resources') {
        return withRows((row) => (row['proxy'] === `${CHECKOUT}.payment` ? undefined : row))(entry);
      }
      const [head = '', ...items] = entry.text.split(/^(?=- )/m);
      const istiods = items.filter(
        (item) => /^ {2}kind: Pod$/m.test(item) && item.includes('name: istiod-7d4b9c6f8d-v5xnt'),
      );
      const more = istiods.map((item) => item.replaceAll('istiod-7d4b9c6f8d-v5xnt', other));
      assert.equal(more.length, 1);
      return { ...entry, text: [head, ...more, ...items].join('') };
    });
    const document = await look(file);
    assert.match(rung(document, 0)?.summary ?? '', /1 of 2 istiods does not answer/);
    assert.ok(rung(document, 0)?.evidence.some((each) => each.includes(other) && each.includes('not in the bundle')));
    assert.equal(rung(document, 1)?.verdict, 'unknown');
    assert.match(rung(document, 1)?.summary ?? '', /^payment: the istiod of 1 proxy cannot be asked$/);
  });
});

describe('what is not in it', () => {
  const without: readonly (readonly [string, RegExp, string, readonly number[]])[] = [
    ['syncz', /debug\/syncz$/, "istiod's answers to /debug/syncz", [0, 2]],
    ['logs', /istio-proxy\.log$/, 'proxy logs', [9, 10]],
    ['custom resources', /cluster\/crs$/, 'Istio configuration (cluster/crs)', [3, 5, 6]],
    ['resources', /cluster\/k8s-resources$/, 'pods', [1, 4]],
    ['cluster resources', /cluster\/k8s-cluster-resources$/, 'injection webhooks', [1]],
  ];
  for (const [name, pattern, what, unknown] of without) {
    test(`without ${name}, it is said, and rungs ${unknown.join(', ')} are unknown`, async () => {
      const file = await changedReport(inFolder('without.tar.gz'), (entry) =>
        pattern.test(entry.path) ? undefined : entry,
      );
      const document = await look(file);
      assert.ok(
        document.bundle.missing.some((each) => each.what === what),
        JSON.stringify(document.bundle.missing),
      );
      for (const number of unknown) assert.equal(rung(document, number)?.verdict, 'unknown', `rung ${number}`);
      assert.equal(
        document.rungs.some(({ verdict }) => verdict === 'finding'),
        false,
      );
    });
    test(`${name} that are empty are as if they were not there`, async () => {
      const file = await changedReport(inFolder('empty.tar.gz'), (entry) =>
        pattern.test(entry.path) ? { ...entry, text: '' } : entry,
      );
      const document = await look(file);
      for (const number of unknown.filter((each) => each !== 9 && each !== 10 && each !== 0)) {
        assert.equal(rung(document, number)?.verdict, 'unknown', `rung ${number}`);
      }
      if (name !== 'logs') assert.ok(document.bundle.unreadable.length > 0);
    });
  }
});

describe('a bundle that is not what it should be', () => {
  const wrong: readonly (readonly [string, () => unknown, RegExp])[] = [
    [
      'text.tar.gz',
      () => writeFileSync(inFolder('text.tar.gz'), 'hello\n'),
      /not a bundle: give what istioctl bug-report wrote/,
    ],
    ['empty.bin', () => writeFileSync(inFolder('empty.bin'), ''), /not a bundle/],
    ['gzip of text', () => writeFileSync(inFolder('gzip of text'), gzipSync('hello\n'.repeat(1000))), /no tar archive/],
    ['nothing.tar.gz', () => writeArchive(inFolder('nothing.tar.gz'), []), /nothing in it tells of a mesh/],
    [
      'others.tar.gz',
      () => writeArchive(inFolder('others.tar.gz'), [{ path: 'a.json', text: '{"a":1}' }]),
      /none of its 1 files tells of a mesh/,
    ],
    ['missing.tar', () => undefined, /there is no such file or folder/],
  ];
  for (const [name, make, message] of wrong) {
    test(name, async () => {
      await make();
      const { code, stderr, stdout } = await runCli(['bundle', inFolder(name)]);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.equal(stderr.split('\n').length, 2);
    });
  }

  test('an archive without compression is read as well', async () => {
    writeFileSync(inFolder('plain.tar'), gunzipSync(readFileSync(REPORT)));
    assert.equal((await look(inFolder('plain.tar'))).bundle.contents.proxies, 9);
  });

  test('cut off, what stands before is read, and where it ends is told', async () => {
    for (const share of [0.2, 0.4, 0.6, 0.9]) {
      const file = inFolder('cut.tar.gz');
      cpSync(REPORT, file);
      truncateSync(file, Math.floor(readFileSync(REPORT).length * share));
      const { stdout, code } = await runCli(['bundle', file, '-o', 'json']);
      const { bundle, rungs } = JSON.parse(stdout) as BundleLadderDocument;
      assert.equal(code, 2, `at ${share}`);
      assert.ok(
        bundle.unreadable.some(({ problem }) => /cut off.*what stands behind it is missing/.test(problem)),
        `at ${share}`,
      );
      assert.equal(
        rungs.some(({ verdict }) => verdict === 'finding'),
        false,
      );
    }
  });

  test('entries that are not what their names say are named, and the rest is read', async () => {
    const file = await changedReport(inFolder('wrong.tar.gz'), (entry) => {
      if (entry.path.includes(`${CHECKOUT}/config_dump`)) return { ...entry, text: 'no healthy upstream' };
      if (entry.path.includes(`${CHECKOUT}/clusters`)) return { ...entry, text: '{}' };
      if (entry.path === 'cluster/crs') return { ...entry, text: `${entry.text.slice(0, 3_000)}\n\t: : [` };
      return entry;
    });
    const { bundle, rungs } = await look(file);
    assert.deepEqual(
      bundle.unreadable
        .map(({ entry }) => entry)
        .filter((entry) => entry !== '')
        .toSorted(),
      [`proxies/payment/${CHECKOUT}/clusters`, `proxies/payment/${CHECKOUT}/config_dump?include_eds`],
    );
    assert.equal(bundle.contents.configDumps, 8);
    assert.equal(rungs.find(({ number }) => number === 2)?.summary, '9 proxies SYNCED');
  });

  test('links, devices and paths that lead elsewhere are passed over or only names', async () => {
    const file = await changedReport(inFolder('links.tar.gz'), (entry) => entry, [
      { path: 'cluster/crs', text: '', type: 'symlink' },
      { path: 'istio/x/y/debug/syncz', text: '', type: 'fifo' },
      { path: '../../../../tmp/evil/proxies/payment/evil/istio-proxy.log', text: 'evil\n' },
      { path: `proxies/payment/${'\u001b[31mred\u001b[0m'}/config_dump`, text: '{' },
    ]);
    const { bundle } = await look(file);
    assert.equal(bundle.contents.istiods, 1);
    assert.equal(bundle.contents.proxyLogs, 10);
    const { stdout } = await runCli(['bundle', file]);
    assert.equal(stdout.includes('\u001b'), false);
  });

  test('a name alone makes no time: a folder copied today is of the time its files tell', async () => {
    const copied = inFolder('copied');
    mkdirSync(copied);
    const [syncz] = (await entriesOf(REPORT)).filter(({ path }) => path === SYNCZ);
    writeFileSync(join(copied, 'syncz.json'), syncz?.text ?? '');
    utimesSync(join(copied, 'syncz.json'), new Date(), new Date());
    const document = await look(copied);
    assert.match(document.at, /^2026-11-21T03:22:4/);
    assert.equal(rung(document, 2)?.summary, '9 proxies SYNCED');
  });
});

describe('loose dumps in a folder', () => {
  test('are known by their names and folders', async () => {
    const loose = inFolder('loose');
    const entries = await entriesOf(REPORT);
    const put = (path: string, from: string): void => {
      mkdirSync(dirname(join(loose, path)), { recursive: true });
      writeFileSync(join(loose, path), entries.find((entry) => entry.path === from)?.text ?? assert.fail(from));
    };
    put('syncz.json', SYNCZ);
    put(`${CHECKOUT}.payment/config_dump.include_eds.json`, `proxies/payment/${CHECKOUT}/config_dump?include_eds`);
    put(`${CHECKOUT}.payment.log`, `proxies/payment/${CHECKOUT}/istio-proxy.log`);
    put('objects.yaml', 'cluster/k8s-resources');
    put('config.yaml', 'cluster/crs');
    const document = await look(loose);
    assert.equal(document.bundle.contents.configDumps, 1);
    assert.equal(document.bundle.contents.accessLines > 100, true);
    assert.equal(document.bundle.contents.proxies, 9);
    assert.equal(rung(document, 2)?.summary, '9 proxies SYNCED');
    // A loose file of objects tells of the kinds in it only.
    assert.ok(document.bundle.missing.some(({ what }) => what === 'injection webhooks'));
  });
});

describe('wrong use', () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[REPORT, '--status', '--flags'], /--status and --flags: give one of them/],
    [[REPORT, '-o', 'yaml'], /-o yaml: give text or json/],
    [[REPORT, '--at', 'noon'], /--at noon: not a time/],
    [[REPORT, 'checkout'], /write it as POD\.NAMESPACE/],
    [[REPORT, '--flags', 'a.b'], /leave out the pod, and -n/],
  ];
  for (const [argv, message] of wrong) {
    test(argv.slice(1).join(' '), async () => {
      const { code, stderr } = await runCli(['bundle', ...argv]);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }
});

describe('other commands, asked of a bug report', () => {
  const asked = ['--bundle', REPORT];

  test('config lists what the proxy had', async () => {
    const { stdout, stderr, code } = await runCli([
      'config',
      'endpoints',
      `${CHECKOUT}.payment`,
      ...asked,
      '-o',
      'json',
    ]);
    assert.deepEqual([stderr, code], ['', 0]);
    const rows = JSON.parse(stdout) as {
      name: string;
      endpoints: { address: string; verdict: string; locality: string }[];
    }[];
    const own = rows.find(({ name }) => name === 'outbound|8080|v1|payment-svc.payment.svc.cluster.local');
    assert.deepEqual(
      own?.endpoints.map(({ address, verdict, locality }) => [address, verdict, locality]),
      [['10.44.0.21', 'healthy', 'eu-west-1/eu-west-1a']],
    );
    const clusters = await runCli([
      'config',
      'clusters',
      'deploy/checkout-v1',
      '-n',
      'payment',
      ...asked,
      '-o',
      'json',
    ]);
    assert.equal((JSON.parse(clusters.stdout) as unknown[]).length, 28);
  });

  test('trace follows a request through it', async () => {
    const { stdout, code } = await runCli([
      'trace',
      `${CHECKOUT}.payment`,
      'payment-svc.payment:8080/pay',
      ...asked,
      '-o',
      'json',
    ]);
    const { branches } = JSON.parse(stdout) as { branches: { share: number; end: { reason: string } }[] };
    assert.deepEqual(
      branches.map(({ share, end }) => [share, end.reason]),
      [
        [0.9, 'endpoints'],
        [0.1, 'endpoints'],
      ],
    );
    assert.equal(code, 0);
  });

  test('compare holds two of its proxies against each other', async () => {
    const reviews = ['reviews-v1-598b896c9d-p9ltz.bookinfo', 'details-v1-79dfbd6fff-4jq8w.bookinfo'];
    const { stdout, stderr } = await runCli(['compare', ...reviews, ...asked, '-o', 'json']);
    assert.match(stderr, /no replicas: the workloads are reviews-v1\.bookinfo and details-v1\.bookinfo/);
    assert.ok(['same', 'differs'].includes((JSON.parse(stdout) as { verdict: string }).verdict));
  });

  test('names in it steer no terminal', async () => {
    const file = await changedReport(inFolder('steering.tar.gz'), (entry) => entry, [
      { path: 'proxies/payment/\u001b[2Jred/config_dump', text: '{"configs": []}' },
      { path: '\u001b[2J/config_dump.json', text: 'no dump' },
    ]);
    const { stderr } = await runCli(['config', 'routes', 'nobody.payment', '--bundle', file]);
    assert.match(stderr, /config_dump\.json: not JSON.*\n.*nobody\.payment is not in it/);
    assert.equal(stderr.includes('\u001b'), false);
  });

  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ['config', 'routes', 'nobody.payment', ...asked],
      /nobody\.payment is not in it; it has checkout-v1-5c7d8e9f6b-qw4rt\.payment, .* and 1 more/,
    ],
    [['config', 'routes', ...asked], /--bundle: whose\? Give POD\.NAMESPACE/],
    [['config', 'routes', 'a.b', ...asked, '-f', 'x'], /-f and --bundle: give one of them/],
    [['config', 'log', 'a.b', ...asked, '--level', 'rbac:debug', '--yes'], /--level: changes a running proxy/],
    [['config', 'log', `${CHECKOUT}.payment`, ...asked], /no loggers/],
    [['trace', 'a.b', 'c:80', '--bundle', 'nowhere.tar.gz'], /nowhere\.tar\.gz: there is no such file or folder/],
  ];
  for (const [argv, message] of wrong) {
    test(argv.filter((each) => each !== REPORT).join(' '), async () => {
      const { code, stderr } = await runCli(argv);
      assert.equal(code, 2);
      assert.match(stderr, message);
    });
  }
});
