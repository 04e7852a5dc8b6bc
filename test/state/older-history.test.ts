import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { epochSeconds } from '../../src/model/brand.ts';
import type { RestoredFact } from '../../src/model/restored-fact.ts';
import { NO_HISTORY, type ProxyHistory, type SyncHistory } from '../../src/model/sync-history.ts';
import { loadFindings } from '../../src/state/findings-file.ts';
import { decodeHistory, encodeHistory } from '../../src/state/history-checkpoint.ts';
import { loadHistory } from '../../src/state/history-file.ts';
import { keyPaths } from '../support/key-paths.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/checkpoints/history/', import.meta.url));
/** After all of them were written. */
const NOW = epochSeconds(1_800_000_000);

const DETAILS = 'bookinfo/details-v1-79dfbd6fff-4jq8w';
const REVIEWS = 'bookinfo/reviews-v2-556d6457d-hn5vc';

/** As exporters of the past wrote them: format, and what was new in it. */
const WRITTEN: Readonly<Record<string, { readonly proxies: readonly string[]; readonly findings: number }>> = {
  '1-proxies.json': { proxies: [DETAILS, REVIEWS], findings: 0 },
  '1-findings.json': { proxies: [DETAILS, REVIEWS], findings: 7 },
  '1-absent.json': { proxies: [DETAILS, REVIEWS], findings: 7 },
};

describe('a history that an exporter of the past wrote', () => {
  test('is one of these', () => {
    assert.deepEqual(readdirSync(FOLDER).sort(), Object.keys(WRITTEN).sort());
  });

  for (const [name, { proxies, findings }] of Object.entries(WRITTEN)) {
    test(`${name} is read: who was out of sync, and what was found`, async () => {
      const facts = await loadHistory(`${FOLDER}${name}`, NOW);
      const told = facts.map((fact) => `${fact.namespace}/${fact.name}`);
      assert.deepEqual(told.sort(), proxies);
      assert.equal((await loadFindings(`${FOLDER}${name}`, NOW)).size, findings);
    });
  }

  test('a proxy keeps since when it is absent', async () => {
    const facts = await loadHistory(`${FOLDER}1-absent.json`, NOW);
    const since = facts.map(({ absentSince }) => absentSince).filter((at) => at !== undefined);
    assert.deepEqual(since, [1795286777.331]);
  });

  test('has every key that is written today: who adds one adds a file to these, or raises the version', () => {
    const older = new Set(
      Object.keys(WRITTEN).flatMap((name) => keyPaths(readFileSync(`${FOLDER}${name}`, 'utf8'), MAPS)),
    );
    const written = encodeHistory(HISTORY, NOW, new Map([['IST0102 Namespace/legacy', NOW]]));
    assert.equal(decodeHistory(written, NOW).length, 2);
    assert.deepEqual(
      keyPaths(written, MAPS).filter((path) => !older.has(path)),
      [],
    );
  });
});

const MAPS = ['types', 'findings'];

/** All that can be known of a proxy. */
const PROXY: Required<ProxyHistory> = {
  key: 'Kubernetes/shop/cart-1',
  cluster: 'Kubernetes',
  namespace: 'shop',
  name: 'cart-1',
  connection: { namespace: 'shop', name: 'cart-1', type: 'sidecar', types: {} },
  istiod: 'istiod-1',
  revision: 'default',
  access: 'http',
  verdict: 'missing',
  types: { cds: { state: 'STALE', acked: 'a', unackedSince: NOW, suspectSince: NOW } },
  absentSince: NOW,
  outOfSync: { since: NOW, origin: 'observed' },
  suspectSince: NOW,
  seenSynced: true,
  changes: [],
  lastListedAt: NOW,
};

const FACT: Required<RestoredFact> = {
  cluster: 'Kubernetes',
  namespace: 'shop',
  name: 'cart-2',
  outOfSyncSince: NOW,
  absentSince: NOW,
  types: { lds: { acked: 'a', unackedSince: NOW } },
};

const HISTORY: SyncHistory = {
  ...NO_HISTORY,
  proxies: new Map([[PROXY.key, PROXY]]),
  restored: new Map([['Kubernetes/shop/cart-2', FACT]]),
};
