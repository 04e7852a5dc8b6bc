import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Bundle } from '../../../src/sources/bundle/bundle.ts';
import { BUNDLE_LIMITS, BundleError } from '../../../src/sources/bundle/entry.ts';
import { readBundle } from '../../../src/sources/bundle/read-bundle.ts';
import { changedReport, entriesOf, REPORT, writeArchive } from '../../support/bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'meshladder-read-bundle-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
const file = (name: string): string => join(folder, name);
const LOG = 'proxies/shop/cart-7d9c5b6f4-abcde/istio-proxy.log';
const LINE =
  '[2026-11-21T03:14:57.539Z] "GET /a HTTP/1.1" 200 - via_upstream - "-" 0 47 4 4 "-" "-" "id" "cart.shop" "10.0.0.1:80" outbound|80||cart.shop.svc.cluster.local 10.0.0.2:1 10.0.0.3:80 10.0.0.2:2 - default\n';

function accessLines({ traffic }: Bundle): number {
  return traffic.state === 'fresh' ? traffic.value.intake.reduce((sum, { lines }) => sum + lines.access, 0) : 0;
}

describe('what would fill memory or never end', () => {
  test('a gzip bomb stops at the limit, and what stood before it is kept', async () => {
    const zeros = '\0'.repeat(1 << 20);
    await writeArchive(file('bomb.tar.gz'), [
      { path: LOG, text: LINE },
      ...Array.from({ length: 24 }, (_, nth) => ({ path: `proxies/x/y/stats${nth}`, text: zeros })),
    ]);
    const limits = { ...BUNDLE_LIMITS, totalBytes: 4 << 20 };
    const bundle = await readBundle(file('bomb.tar.gz'), { signal, limits });
    assert.equal(accessLines(bundle), 1);
    assert.deepEqual(
      bundle.notes.map(({ problem }) => problem),
      [`unpacked it is larger than 4 MiB, at or behind proxies/x/y/stats3: what stands behind it is missing`],
    );
  });

  test('more entries than any report has', async () => {
    const many = Array.from({ length: 60 }, (_, nth) => ({ path: `proxies/a/b${nth}/x`, text: '' }));
    await writeArchive(file('many.tar.gz'), [{ path: LOG, text: LINE }, ...many]);
    const bundle = await readBundle(file('many.tar.gz'), { signal, limits: { ...BUNDLE_LIMITS, entries: 50 } });
    assert.equal(accessLines(bundle), 1);
    assert.match(bundle.notes[0]?.problem ?? '', /^more than 50 entries/);
  });

  /** The first header with other bytes in it, and the sum that makes it a sound one. */
  function withHeader(bytes: Buffer, changes: Readonly<Record<number, string>>): Buffer {
    const changed = Buffer.from(bytes);
    for (const [at, text] of Object.entries(changes)) changed.write(text, Number(at), 'latin1');
    changed.write('        ', 148);
    const sum = changed.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    changed.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return changed;
  }
  const [SIZE_AT, TYPE_AT] = [124, 156];

  test('a header that claims more than there is', async () => {
    const bytes = await writeArchive(file('sound.tar'), [{ path: LOG, text: LINE }], false);
    writeFileSync(file('claims.tar'), withHeader(bytes, { [SIZE_AT]: '00077777777\0' }));
    const bundle = await readBundle(file('claims.tar'), { signal });
    assert.equal(accessLines(bundle), 1);
    assert.match(bundle.notes[0]?.problem ?? '', /cut off/);
  });

  test('a name of a gigabyte is not waited for', async () => {
    const bytes = await writeArchive(file('sound.tar'), [{ path: LOG, text: LINE }], false);
    writeFileSync(file('name.tar'), withHeader(bytes, { [SIZE_AT]: '10000000000\0', [TYPE_AT]: 'L' }));
    await assert.rejects(readBundle(file('name.tar'), { signal }), BundleError);
  });

  test('an object, a text or a log line that never ends', async () => {
    const endless = 'a'.repeat(9 << 20);
    await writeArchive(file('endless.tar.gz'), [
      {
        path: 'cluster/k8s-resources',
        text: `apiVersion: v1\nitems:\n- kind: Pod\n${`  ${'x'.repeat(100)}\n`.repeat(90_000)}`,
      },
      { path: 'cluster/crs', text: endless },
      { path: 'analyze/a/a', text: `Error [IST0101] (A b/c) ${endless}\n` },
      { path: LOG, text: `${LINE}${endless}${endless}\n${LINE}` },
    ]);
    const bundle = await readBundle(file('endless.tar.gz'), { signal });
    assert.equal(accessLines(bundle), 2);
    assert.ok(
      bundle.notes.some(({ entry, problem }) => entry === 'cluster/k8s-resources' && /over 8 MiB/.test(problem)),
    );
    assert.equal(bundle.analysis?.[0]?.text.length, 1_000);
  });

  test('thousands of bad entries make no thousands of notes', async () => {
    const bad = Array.from({ length: 500 }, (_, nth) => ({ path: `proxies/a/b${nth}/config_dump`, text: 'no' }));
    await writeArchive(file('bad.tar.gz'), [{ path: LOG, text: LINE }, ...bad]);
    const { notes } = await readBundle(file('bad.tar.gz'), { signal });
    assert.equal(notes.length, 201);
    assert.equal(notes.at(-1)?.problem, 'and 300 more entries of the kind');
  });

  test('told to stop, it stops', async () => {
    const stop = new AbortController();
    const reading = readBundle(REPORT, { signal: stop.signal, onEntry: () => stop.abort(new Error('enough')) });
    await assert.rejects(reading, /enough/);
  });
});

describe('secrets', () => {
  test('are not read, wherever they stand', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  namespace: shop\ndata:\n  key: c2VjcmV0\n';
    await writeArchive(file('secrets.tar.gz'), [
      { path: LOG, text: LINE },
      { path: 'cluster/secrets', text: secret },
      {
        path: 'cluster/k8s-resources',
        text: `apiVersion: v1\nitems:\n- ${secret.trimEnd().replaceAll('\n', '\n  ')}\nkind: List\n`,
      },
      { path: 'loose.yaml', text: secret },
    ]);
    const bundle = await readBundle(file('secrets.tar.gz'), { signal });
    assert.equal(
      JSON.stringify(bundle, (_, value: unknown) => (value instanceof Map ? [...value] : value)).includes('c2VjcmV0'),
      false,
    );
  });
});

describe('whatever bytes there are', () => {
  test('a damaged archive is read up to the damage, or refused in one sentence', async () => {
    const [plain] = await Promise.all([
      writeArchive(
        file('plain.tar'),
        (await entriesOf(REPORT)).filter(({ path }) => !/config_dump|server_info|certs|stats|k8s-cluster/.test(path)),
        false,
      ),
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat({ max: plain.length - 1 }), byte: fc.nat({ max: 255 }) }), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.nat({ max: plain.length }),
        fc.boolean(),
        async (changes, end, gzip) => {
          const bytes = Buffer.from(plain.subarray(0, end));
          for (const { at, byte } of changes) if (at < end) bytes[at] = byte;
          const name = file('fuzzed');
          writeFileSync(name, gzip ? gzipSync(bytes, { level: 1 }) : bytes);
          const read = await readBundle(name, { signal }).catch((error: unknown) => error);
          if (read instanceof Error) assert.ok(read instanceof BundleError, read.stack);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('names and texts of any kind', async () => {
    const paths = [
      'cluster/crs',
      'cluster/k8s-resources',
      LOG,
      'istio/a/b/debug/syncz',
      'proxies/a/b/config_dump',
      'proxies/a/b/clusters',
      'analyze/a/a',
      'versions',
      'x.yaml',
      'y.log',
      'config_dump.json',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            path: fc.constantFrom(...paths),
            text: fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(LINE)),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        async (entries) => {
          await writeArchive(file('any.tar.gz'), entries);
          const read = await readBundle(file('any.tar.gz'), { signal }).catch((error: unknown) => error);
          if (read instanceof Error) assert.ok(read instanceof BundleError, read.stack);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('Envoys', () => {
  test('each is handed out with all of its answers, one after the other', async () => {
    const pods: string[] = [];
    await readBundle(REPORT, {
      signal,
      onEnvoy: ({ pod, dump }) => {
        pods.push(`${pod.name}.${pod.namespace}`);
        assert.ok((dump.config?.listeners?.length ?? 0) >= 3);
        assert.ok((dump.statuses?.length ?? 0) >= 25);
        const hosts = dump.statuses?.flatMap((status) => status.hosts) ?? [];
        assert.ok(hosts.length >= 20 && hosts.every(({ verdict }) => verdict === 'healthy'));
      },
    });
    assert.equal(new Set(pods).size, 9);
    assert.equal(pods.length, 9);
  });

  test("istiod's spelling of a dump is not taken for Envoy's", async () => {
    const changed = await changedReport(file('camel.tar.gz'), (entry) =>
      entry.path.includes('checkout') && entry.path.includes('config_dump')
        ? {
            ...entry,
            text: JSON.stringify({
              configs: [
                {
                  '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump',
                  dynamicActiveClusters: [{ cluster: { name: 'a', connectTimeout: '1s', edsClusterConfig: {} } }],
                },
              ],
            }),
          }
        : entry,
    );
    const { notes, contents } = await readBundle(changed, { signal });
    assert.equal(contents.configDumps, 8);
    assert.match(notes[0]?.problem ?? '', /as istiod or istioctl write it/);
  });
});
