import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { ProxyConnection } from '../../../src/model/proxy.ts';
import type { XdsType } from '../../../src/model/xds.ts';
import { decodeRow } from '../../../src/sources/istiod/decode.ts';
import { fixturePath, readJsonLines, readRows, readSyncz } from '../../support/syncz.ts';

/** The columns of istioctl's verbose table. */
const COLUMNS: readonly XdsType[] = ['cds', 'lds', 'eds', 'rds', 'ecds', 'sds'];
const ALL = 'SYNCED SYNCED SYNCED SYNCED IGNORED IGNORED';
const STALE = 'STALE STALE SYNCED STALE IGNORED IGNORED';

/** What the recordings' README states of four odd clients, which stand in several files. */
const ODD = {
  'fresh-proxy-7f6d5c4b3a-ccccc.payment': 'SYNCED SYNCED IGNORED IGNORED SYNCED NOT_SENT',
  'nack-proxy-7f6d5c4b3a-bbbbb.payment': 'ERROR ERROR SYNCED ERROR IGNORED IGNORED',
  'never-acks-7f6d5c4b3a-ddddd.payment': 'STALE IGNORED IGNORED IGNORED IGNORED IGNORED',
  'slow-proxy-7f6d5c4b3a-aaaaa.payment': STALE,
};
const FRESH_AND_NEVER = Object.fromEntries(Object.entries(ODD).filter(([name]) => /^(fresh|never)/.test(name)));

/** File, how many proxies, and those that are not all SYNCED. */
const TRUTH: readonly (readonly [file: string, proxies: number, others: Record<string, string>])[] = [
  ['istiod/syncz.json', 9, {}],
  [
    'syncz/nack-never-acked-LDS.json',
    1,
    { 'payment-svc-v1-6d8f9b7c5d-2xkqp.payment': 'SYNCED ERROR SYNCED IGNORED IGNORED IGNORED' },
  ],
  [
    'syncz/nack-real-envoy.json',
    13,
    { ...ODD, 'reviews-v2-556d6457d-hn5vc.bookinfo': 'SYNCED ERROR SYNCED SYNCED IGNORED IGNORED' },
  ],
  ['syncz/nack-recovered.json', 13, ODD],
  ['syncz/namespace-payment.json', 3, {}],
  ['syncz/notsent-neveracked-before-push.json', 13, FRESH_AND_NEVER],
  ['syncz/right-after-istioctl.json', 9, {}],
  [
    'syncz/stale-2of9-RDS.json',
    9,
    {
      'checkout-v1-5c7d8e9f6b-qw4rt.payment': STALE,
      'payment-svc-v2-7b9c6d5f4e-m8zrt.payment': STALE,
    },
  ],
  ['syncz/two-istiods.first.json', 13, ODD],
  ['syncz/two-istiods.second.json', 1, {}],
  ['syncz/with-istioctl-connections-and-2-vanished.json', 7, {}],
  [
    'nack/syncz.json',
    13,
    { ...ODD, 'reviews-v2-556d6457d-hn5vc.bookinfo': 'SYNCED ERROR SYNCED SYNCED IGNORED IGNORED' },
  ],
];

function states(proxy: ProxyConnection): string {
  return COLUMNS.map((type) => proxy.types[type]?.state ?? 'IGNORED').join(' ');
}

for (const [file, proxies, others] of TRUTH) {
  test(`${file}: every proxy and type`, async () => {
    const answer = await readSyncz(file);
    assert.equal(answer.skippedRows, 0);
    assert.equal(answer.proxies.length, proxies);
    for (const proxy of answer.proxies) {
      assert.equal(states(proxy), others[`${proxy.name}.${proxy.namespace}`] ?? ALL, proxy.name);
    }
    const listed = new Set(answer.proxies.map((proxy) => `${proxy.name}.${proxy.namespace}`));
    for (const name of Object.keys(others)) assert.ok(listed.has(name), `${name} is listed`);
  });
}

test('the flat fields alone say the same, but know no secrets and call a rejection STALE', async () => {
  for (const [file] of TRUTH) {
    const whole = await readSyncz(file);
    const rows = (await readRows(file)).map(({ resources: _, ...row }) => decodeRow(row));
    const legacy = rows.filter((row) => typeof row === 'object');
    assert.equal(legacy.length, whole.proxies.length, file);
    for (const [nth, proxy] of whole.proxies.entries()) {
      const expected = states(proxy).replaceAll('ERROR', 'STALE').replace('NOT_SENT', 'IGNORED');
      assert.equal(states(legacy[nth] as ProxyConnection), expected, `${file} ${proxy.name}`);
    }
  }
});

test('flat fields and resources name the same nonces, and the nonce tells the time where nothing else does', async () => {
  const [row] = await readRows('syncz/nack-never-acked-LDS.json');
  const { resources: _, ...flat } = row ?? {};
  const legacy = decodeRow(flat);
  const whole = decodeRow(row);
  assert.ok(typeof legacy === 'object' && typeof whole === 'object');
  assert.equal(legacy.types.cds?.sent, whole.types.cds?.sent);
  assert.equal(legacy.types.lds?.acked, undefined);
  assert.equal(whole.types.lds?.acked, undefined);
  assert.equal(legacy.types.cds?.sentAt, Date.parse('2026-11-21T02:15:18Z') / 1000);
  assert.equal(whole.types.cds?.sentAt, Date.parse('2026-11-21T02:16:35.109Z') / 1000);
  assert.match(whole.types.lds?.error ?? '', /^Error adding\/updating listener\(s\) 10\.96\.0\.1_443: unable to open/);
});

test('a freeze, second by second: STALE from 2 s, gone from 22 s, back from 52 s', async () => {
  const polls = (await readJsonLines('syncz/timeline-freeze.jsonl.gz')) as { t: number; syncz: unknown[] }[];
  const frozen = ['checkout-v1-5c7d8e9f6b-qw4rt', 'payment-svc-v2-7b9c6d5f4e-m8zrt'];
  const seen: string[] = [];
  const last = new Map<string, string>();
  for (const { t, syncz } of polls) {
    const rows = syncz.map(decodeRow);
    for (const name of frozen) {
      const row = rows.find((each): each is ProxyConnection => typeof each === 'object' && each.name === name);
      const now = row === undefined ? 'ABSENT' : states(row).split(' ').slice(0, 4).join('/');
      if (last.get(name) !== now) seen.push(`${t.toFixed(1)} ${name} ${now}`);
      last.set(name, now);
    }
  }
  const changes = (await readFile(fixturePath('syncz/timeline-freeze.txt'), 'utf8')).trim().split('\n');
  // The recording's own summary has the columns in the order CDS EDS LDS RDS.
  const expected = changes.map((line) =>
    line
      .trim()
      .replace(/^([\d.]+)s +/, '$1 ')
      .replaceAll('OK', 'SYNCED'),
  );
  const swapped = seen.map((line) => line.replace(/(\S+)\/(\S+)\/(\S+)\/(\S+)$/, '$1/$3/$2/$4'));
  assert.deepEqual(swapped, expected);
});

/** `POD.NAMESPACE` to column to state, of istioctl's table (`proxy-status -v 1`). */
async function istioctlTable(file: string): Promise<Map<string, Record<string, string>>> {
  const [head = '', ...lines] = (await readFile(fixturePath(file), 'utf8')).trim().split('\n');
  const columns = head.trim().split(/\s{2,}/);
  return new Map(
    lines.map((line) => {
      const cells = line.trim().split(/\s{2,}/);
      return [cells[0] ?? '', Object.fromEntries(columns.map((column, nth) => [column, cells[nth] ?? '']))];
    }),
  );
}

/** The same of `proxy-status -o json`, which is one document for each istiod. */
async function istioctlJson(file: string): Promise<Map<string, Record<string, string>>> {
  const text = await readFile(fixturePath(file), 'utf8');
  const names = {
    Cluster: 'CDS',
    Listener: 'LDS',
    ClusterLoadAssignment: 'EDS',
    RouteConfiguration: 'RDS',
    TypedExtensionConfig: 'ECDS',
    Secret: 'SDS',
  };
  const proxies = new Map<string, Record<string, string>>();
  for (const document of text.split(/^(?=\{)/m)) {
    const { resources } = JSON.parse(document) as {
      resources: { node: { id: string }; genericXdsConfigs: { typeUrl: string; configStatus?: string }[] }[];
    };
    for (const { node, genericXdsConfigs } of resources) {
      const row: Record<string, string> = {};
      for (const [word, column] of Object.entries(names)) {
        const config = genericXdsConfigs.find(({ typeUrl }) => typeUrl.endsWith(`.${word}`));
        row[column] = config === undefined ? 'IGNORED' : (config.configStatus ?? 'UNKNOWN');
      }
      proxies.set(node.id, row);
    }
  }
  return proxies;
}

const AGAINST_ISTIOCTL: readonly (readonly [istioctl: string, files: readonly string[], common: number])[] = [
  ['istioctl/proxy-status-v1.healthy.txt', ['istiod/syncz.json'], 9],
  ['istioctl/proxy-status.healthy.json', ['istiod/syncz.json'], 9],
  ['istioctl/proxy-status-v1.stale.txt', ['syncz/stale-2of9-RDS.json'], 8],
  ['istioctl/proxy-status.stale.json', ['syncz/stale-2of9-RDS.json'], 8],
  ['istioctl/proxy-status-v1.nack.txt', ['syncz/nack-real-envoy.json'], 13],
  ['istioctl/proxy-status-v1.two-istiods.txt', ['syncz/two-istiods.first.json', 'syncz/two-istiods.second.json'], 14],
  ['istioctl/proxy-status.two-istiods.json', ['syncz/two-istiods.first.json', 'syncz/two-istiods.second.json'], 14],
];

for (const [istioctl, files, common] of AGAINST_ISTIOCTL) {
  test(`${istioctl}: the same state for every proxy and type that both show`, async () => {
    const truth = istioctl.endsWith('.txt') ? await istioctlTable(istioctl) : await istioctlJson(istioctl);
    let compared = 0;
    for (const file of files) {
      for (const proxy of (await readSyncz(file)).proxies) {
        const row = truth.get(`${proxy.name}.${proxy.namespace}`);
        if (row === undefined) continue;
        compared++;
        for (const type of COLUMNS) {
          // `STALE (13s)` in the table; a column that no proxy has is not printed.
          const state: string = (row[type.toUpperCase()] ?? 'IGNORED').replace(/ \(.*/, '').replace(' ', '_');
          assert.equal(proxy.types[type]?.state ?? 'IGNORED', state, `${proxy.name} ${type}`);
        }
      }
    }
    assert.equal(compared, common);
  });
}
