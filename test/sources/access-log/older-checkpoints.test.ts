import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { LogIntake, RequestShape } from '../../../src/model/traffic.ts';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from '../../../src/sources/access-log/checkpoint.ts';
import { keyPaths } from '../../support/key-paths.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/checkpoints/access-log/', import.meta.url));

/** As exporters of the past wrote them: format, and what was new in it. */
const WRITTEN: Readonly<Record<string, { readonly files: number; readonly streams: number; readonly lines: number }>> =
  {
    '1-files.json': { files: 2, streams: 0, lines: 273 },
    '1-streams.json': { files: 0, streams: 3, lines: 176 },
    '1-denials.json': { files: 2, streams: 0, lines: 1818 },
  };

function folderWith(context: TestContext, name?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-older-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  if (name !== undefined) copyFileSync(`${FOLDER}${name}`, join(folder, 'access-log.json'));
  return folder;
}

describe('a checkpoint that an exporter of the past wrote', () => {
  test('is one of these', () => {
    assert.deepEqual(readdirSync(FOLDER).sort(), Object.keys(WRITTEN).sort());
  });

  for (const [name, expected] of Object.entries(WRITTEN)) {
    test(`${name} is read: how far, and what was counted`, async (context) => {
      const checkpoint = await loadCheckpoint(folderWith(context, name));
      assert.ok(checkpoint);
      const { positions, streams, tally } = checkpoint;
      const lines = tally.intake.reduce((sum, { lines: { access } }) => sum + access, 0);
      assert.deepEqual({ files: positions.length, streams: streams.length, lines }, expected);
      assert.ok(tally.requests.every(({ count }) => count > 0));
    });
  }

  test('has every key that is written today: who adds one adds a file to these, or raises the version', async (context) => {
    const older = new Set(Object.keys(WRITTEN).flatMap((name) => keyPaths(readFileSync(`${FOLDER}${name}`, 'utf8'))));
    const folder = folderWith(context);
    await saveCheckpoint(folder, WHOLE);
    assert.ok(await loadCheckpoint(folder));
    assert.deepEqual(
      keyPaths(readFileSync(join(folder, 'access-log.json'), 'utf8')).filter((path) => !older.has(path)),
      [],
    );
  });
});

const LOG = { proxyNamespace: 'a', workload: 'b', word: 'warn', count: 3 };

const SHAPE: Required<RequestShape> = {
  proxyNamespace: 'payment',
  workload: 'web',
  direction: 'inbound',
  destination: 'web.payment.svc.cluster.local',
  subset: 'v1',
  route: 'default',
  responseCode: 403,
  flags: ['UAEX'],
  details: 'rbac_access_denied_matched_policy',
  denial: { policyNamespace: 'payment', policy: 'deny', rule: '0' },
};

const INTAKE: Required<LogIntake> = {
  source: 'files',
  lines: { access: 1, unparsed: 0, proxy_log: 0, other: 0, dropped: 0 },
  skippedBytes: 0,
  newestLineAt: epochSeconds(1_795_286_750),
};

/** One of everything. */
const WHOLE: Checkpoint = {
  positions: [
    {
      series: 'payment_web-0_uid-0/0',
      path: '/var/log/pods/payment_web-0_uid-0/istio-proxy/0.log',
      rank: '~',
      dev: '2049',
      ino: '7',
      head: { bytes: 256, sha256: 'ab'.repeat(32) },
      offset: 1,
      size: 2,
    },
  ],
  streams: [{ series: 'payment_web-0_uid-0/1', stamp: '2026-08-01T09:14:04.000000001Z', seen: 3 }],
  tally: {
    version: 1,
    requests: [{ shape: SHAPE, count: 1 }],
    proxyLogs: [LOG],
    xdsFailures: [LOG],
    intake: [INTAKE],
  },
};
