import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import { emptySnapshot } from '../../../src/model/snapshot.ts';
import { statusDocument } from '../../../src/sinks/http/status-document.ts';
import { newHealth, nextHealth } from '../../../src/state/source-health.ts';

const PAGE = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
const at = epochSeconds(1_700_000_000.25);

const SNAPSHOT = {
  ...emptySnapshot(at),
  sources: [
    nextHealth(newHealth('istiod'), { ok: false, errors: [{ code: 'refused', detail: 'nobody listens' }] }, at),
  ],
  controlPlane: {
    state: 'fresh',
    at,
    value: {
      poll: 1,
      istiods: [
        {
          istiod: { name: 'istiod-1', namespace: 'istio-system', revision: 'default' },
          access: 'http',
          polledAt: at,
          error: { code: 'denied', status: 403, detail: 'istiod answered 403' },
          proxies: [],
        },
      ],
    },
  },
  traffic: {
    state: 'fresh',
    at,
    value: {
      requests: [],
      proxyLogs: [],
      xdsStreamFailures: [],
      intake: [
        { source: 'files', lines: { access: 1, unparsed: 0, proxy_log: 2, other: 0, dropped: 0 }, skippedBytes: 3 },
      ],
    },
  },
} as const;

const FACTS = { version: '1', revision: '', role: 'all', startedAt: at, pending: ['kubernetes'] };

test('the status says what is known, and null for what is not', () => {
  const document = JSON.parse(JSON.stringify(statusDocument(SNAPSHOT, FACTS))) as Record<string, unknown>;
  assert.deepEqual([document['commit'], document['ready'], document['at']], [null, false, '2023-11-14T22:13:20.250Z']);
  assert.deepEqual(document['istiods'], [
    {
      name: 'istiod-1',
      namespace: 'istio-system',
      revision: 'default',
      version: null,
      access: 'http',
      http_error: null,
      ready: null,
      state: 'denied',
      error: 'istiod answered 403',
      polled_at: '2023-11-14T22:13:20.250Z',
      answered_at: null,
      proxies: null,
    },
  ]);
  const nothing = JSON.parse(JSON.stringify(statusDocument(emptySnapshot(at), FACTS))) as Record<string, unknown>;
  assert.deepEqual([nothing['istiods'], nothing['access_log'], nothing['sources']], [null, null, []]);
});

test('the page names every key of a diff, and every way to have none', () => {
  const schema = readFileSync(new URL('../../../docs/schemas/api-diff.json', import.meta.url), 'utf8');
  const { properties } = JSON.parse(schema) as { readonly properties: object };
  const [, section = ''] = PAGE.split('## /api/v1/diff');
  // `sides` is as it is in a terminal.
  const missing = Object.keys(properties).filter((key) => key !== 'sides' && !section.includes(`\`${key}`));
  assert.deepEqual(missing, []);
  for (const status of [404, 409, 429, 502, 503]) assert.ok(section.includes(`| ${status} |`), String(status));
});

test('the page names every key of the status', () => {
  const document = statusDocument(SNAPSHOT, FACTS);
  const items = Object.values(document).flatMap((value) => (Array.isArray(value) ? value : []));
  const keys = [document, ...items.filter((item) => typeof item === 'object')].flatMap((item) =>
    Object.keys(item as object),
  );
  const missing = [...new Set(keys)].filter((key) => !PAGE.includes(`\`${key}`));
  assert.deepEqual(missing, []);
});
