import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { findingsApi } from '../../../src/app/findings-api.ts';
import { createMesh } from '../../../src/app/mesh.ts';
import type { AnalysisFinding, FindingLevel } from '../../../src/model/analysis.ts';
import { epochSeconds } from '../../../src/model/brand.ts';
import { DEFAULT_SETTINGS } from '../../../src/model/settings.ts';
import { NO_HISTORY } from '../../../src/model/sync-history.ts';
import type { FindingsDocument } from '../../../src/sinks/report/findings-json.ts';

function finding(code: string, level: FindingLevel, path: string): AnalysisFinding {
  const [kind = '', namespace = '', name = ''] = path.split('/');
  return { code, level, object: { kind, namespace, name }, text: `${code} it is` };
}

const SHOP = finding('IST0101', 'Error', 'VirtualService/shop/web');
const NAMESPACE = finding('IST0102', 'Info', 'Namespace//shop');
const BLOG = finding('IST0174', 'Warning', 'DestinationRule/blog/web');
const HIDDEN = finding('IST0102', 'Info', 'Namespace//legacy');
const UNKNOWN = [
  { codes: ['IST0101', 'IST0161'], why: 'Secrets are not read' },
  { codes: ['IST0126'], why: 'the ConfigMaps of the injector are not read' },
];

/** What an exporter answers that analysed 30 s after an earlier one had seen SHOP. */
function asked(query: string, analysed = true): FindingsDocument {
  let now = epochSeconds(1_700_000_000);
  const clock = { now: () => now, monotonicMs: () => 0 };
  const mesh = createMesh({ settings: DEFAULT_SETTINGS, clock, history: NO_HISTORY });
  if (analysed) {
    mesh.setAnalysis({ findings: [SHOP], suppressed: [], unknown: UNKNOWN });
    now = epochSeconds(1_700_000_030);
    mesh.setAnalysis({ findings: [SHOP, BLOG, NAMESPACE], suppressed: [HIDDEN], unknown: UNKNOWN });
  }
  return findingsApi(mesh).document(new URLSearchParams(query)) as FindingsDocument;
}

describe('/api/v1/findings', () => {
  test('all, with since when, what is hidden and what is not known', () => {
    const { at, analysedAt, findings, suppressed, unknown } = asked('');
    assert.deepEqual([at, analysedAt, suppressed], ['2023-11-14T22:13:50.000Z', '2023-11-14T22:13:50.000Z', 1]);
    assert.deepEqual(unknown, UNKNOWN);
    assert.deepEqual(findings?.[0], {
      code: 'IST0101',
      level: 'Error',
      object: 'VirtualService/shop/web',
      kind: 'VirtualService',
      namespace: 'shop',
      name: 'web',
      text: 'IST0101 it is',
      since: '2023-11-14T22:13:20.000Z',
    });
    assert.deepEqual(
      findings?.map(({ since }) => since),
      ['2023-11-14T22:13:20.000Z', '2023-11-14T22:13:50.000Z', '2023-11-14T22:13:50.000Z'],
    );
  });

  const FILTERS: readonly (readonly [query: string, said: readonly string[], suppressed: number, unknown: number])[] = [
    ['namespace=shop', ['VirtualService/shop/web', 'Namespace/shop'], 0, 2],
    ['namespace=legacy', [], 1, 2],
    ['namespace=', ['VirtualService/shop/web', 'DestinationRule/blog/web', 'Namespace/shop'], 1, 2],
    ['code=IST0101', ['VirtualService/shop/web'], 0, 1],
    ['level=warning', ['DestinationRule/blog/web'], 0, 2],
    ['level=Info', ['Namespace/shop'], 1, 2],
    ['namespace=shop&level=error&code=IST0102', [], 0, 0],
  ];
  for (const [query, said, suppressed, unknown] of FILTERS) {
    test(`?${query}`, () => {
      const document = asked(query);
      const objects = document.findings?.map(({ object }) => object);
      assert.deepEqual([objects, document.suppressed, document.unknown?.length], [said, suppressed, unknown]);
    });
  }

  test('a level that is none is refused', () => {
    const mesh = createMesh({
      settings: DEFAULT_SETTINGS,
      clock: { now: () => epochSeconds(1), monotonicMs: () => 0 },
      history: NO_HISTORY,
    });
    const refusal = findingsApi(mesh).refuse?.(new URLSearchParams('level=fatal'));
    assert.equal(refusal, 'level: give error, warning or info');
    assert.equal(findingsApi(mesh).refuse?.(new URLSearchParams('level=&code=x')), undefined);
  });

  test('before the first analysis nothing is known, and nothing is said to be well', () => {
    const { at: _at, ...rest } = asked('', false);
    assert.deepEqual(rest, { analysedAt: null, findings: null, suppressed: null, unknown: null });
  });

  test('the page names every key', () => {
    const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
    const document = asked('');
    const keys = [document, ...(document.findings ?? []), ...(document.unknown ?? [])].flatMap(Object.keys);
    assert.deepEqual(
      [...new Set(keys)].filter((key) => !page.includes(`\`${key}`)),
      [],
    );
  });
});
