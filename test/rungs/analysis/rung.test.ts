import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import { NO_CLUSTER } from '../../../src/model/cluster.ts';
import { advanceFindings, NO_FINDINGS_SINCE } from '../../../src/model/findings-since.ts';
import { type Observed, PENDING } from '../../../src/model/observed.ts';
import { emptySnapshot, type MeshSnapshot } from '../../../src/model/snapshot.ts';
import { examineAnalysis } from '../../../src/rungs/analysis/examine.ts';
import { analysis } from '../../../src/rungs/analysis/rung.ts';
import { analysisOf } from '../../../src/rungs/analysis/standing.ts';
import { worldOfFiles } from '../../../src/sources/kubernetes/analysis/world-of-files.ts';
import { config, LATER, namespace, pod, service } from '../../support/analysis-cases.ts';
import { fresh } from '../../support/mesh.ts';

const TEXT = [
  namespace('shop'),
  pod('shop/web-1', 'app: web'),
  service('shop/web', 'ports: [{name: http, port: 80}]'),
  config(
    'VirtualService',
    'shop/web',
    'hosts: [web], http: [{route: [{destination: {host: gone}}], mirror: {host: also-gone}}]',
  ),
].join('\n---\n');

/** A single look, in which nobody has analysed anything yet. */
function snapshot(more: Partial<MeshSnapshot> = {}, text = TEXT): MeshSnapshot {
  const { cluster } = worldOfFiles([{ name: 'a.yaml', text }], { at: LATER, namespace: 'default' }).world;
  return { ...emptySnapshot(LATER), cluster, ...more };
}

/** As an exporter keeps it. */
function analysed(before: MeshSnapshot): MeshSnapshot {
  const found = analysisOf(before);
  assert.ok(found !== undefined);
  return { ...before, analysis: fresh(found, LATER) };
}

const LABELS = {
  mesh_cluster: 'Kubernetes',
  code: 'IST0101',
  level: 'Error',
  object_kind: 'VirtualService',
  object_namespace: 'shop',
  object_name: 'web',
};

describe('what is exported', () => {
  test('each code of an object is one series, however often it is said', () => {
    const { finding, findingSince, findings } = analysis.evaluate(analysed(snapshot()));
    assert.deepEqual(finding, [{ labels: LABELS, value: 1 }]);
    assert.deepEqual(findingSince, [], 'nobody remembers since when');
    assert.deepEqual(
      findings?.map(({ labels, value }) => [labels['level'], value]),
      [
        ['Error', 1],
        ['Warning', 0],
        ['Info', 0],
      ],
    );
  });

  test('since when, where somebody remembers', () => {
    const now = analysed(snapshot());
    const findingsSince = advanceFindings(NO_FINDINGS_SINCE, analysisOf(now)?.findings ?? [], epochSeconds(77));
    assert.deepEqual(analysis.evaluate({ ...now, findingsSince }).findingSince, [{ labels: LABELS, value: 77 }]);
  });

  test('what is suppressed is not told', () => {
    const { settings } = emptySnapshot(LATER);
    const suppress = [{ code: 'IST0101', object: 'VirtualService/shop/*' }];
    const quiet = analysed(snapshot({ settings: { ...settings, suppress } }));
    assert.deepEqual(analysis.evaluate(quiet).finding, []);
    assert.equal(analysisOf(quiet)?.suppressed.length, 2);
  });

  test('nothing while nobody has analysed: a scrape does not', () => {
    const nothing = { finding: [], findingSince: [], findings: [], unknownCode: [] };
    for (const each of [emptySnapshot(LATER), snapshot(), snapshot({ analysis: PENDING })]) {
      assert.deepEqual(analysis.evaluate(each), nothing);
    }
  });

  test('where only some namespaces are watched, what is missing may be elsewhere', () => {
    const { settings } = emptySnapshot(LATER);
    const text = [
      TEXT,
      config('Sidecar', 'shop/web', 'workloadSelector: {labels: {app: gone}}, egress: [{hosts: ["./*"]}]'),
      config('AuthorizationPolicy', 'shop/gone', 'selector: {matchLabels: {app: gone}}, rules: [{}]'),
      config('DestinationRule', 'shop/gone', 'host: gone'),
    ].join('\n---\n');
    const objects = (isPartialView: boolean): readonly string[] => {
      const before = snapshot({ settings: { ...settings, ...(isPartialView && { isPartialView }) } }, text);
      const { finding, unknownCode } = analysis.evaluate(analysed(before));
      const isSaid = unknownCode?.some(({ labels }) => labels['code'] === 'IST0174');
      assert.equal(isSaid, isPartialView);
      return finding?.map(({ labels }) => `${labels['code']} ${labels['object_kind']}`).toSorted() ?? [];
    };
    assert.deepEqual(objects(false), [
      'IST0101 Sidecar',
      'IST0101 VirtualService',
      'IST0127 AuthorizationPolicy',
      'IST0174 DestinationRule',
    ]);
    assert.deepEqual(objects(true), ['IST0101 Sidecar', 'IST0127 AuthorizationPolicy']);
  });

  test('codes that could not be looked for', () => {
    const { cluster } = snapshot();
    const blind = snapshot({ cluster: { ...cluster, pods: DENIED } });
    const codes = analysis.evaluate(analysed(blind)).unknownCode?.map(({ labels }) => labels['code']);
    assert.ok(codes?.includes('IST0103'));
    assert.ok(codes?.includes('IST0161'), 'Secrets are not read');
    assert.ok(!codes?.includes('IST0109'));
  });
});

const DENIED = {
  state: 'failed',
  error: { code: 'denied', status: 403, detail: 'pods is forbidden' },
} as const;

const GONE = { code: 'refused', detail: 'nobody listens' } as const;

describe('what a person is told', () => {
  test('a single look finds out by itself; an exporter says that it has not yet', () => {
    assert.equal(examineAnalysis(snapshot(), {}).summary, 'IST0101 on VirtualService/shop/web');
    assert.deepEqual(examineAnalysis(snapshot({ analysis: PENDING }), {}), {
      verdict: 'unknown',
      summary: 'not analysed yet',
      evidence: [],
    });
  });

  test('no error where a list could not be read is no answer, and says which and why', () => {
    const { cluster } = snapshot(
      {},
      `${namespace('shop')}\n---\n${service('shop/web', 'ports: [{name: http, port: 80}]')}`,
    );
    const blind = examineAnalysis(snapshot({ cluster: { ...cluster, pods: DENIED } }), {});
    assert.equal(blind.verdict, 'unknown');
    assert.match(blind.summary, /^nothing found, but \d+ codes could not be looked for$/);
    assert.ok(blind.evidence.some((line) => line.includes('Pods could not be read: pods is forbidden')));
  });

  describe('while objects cannot be read', () => {
    const QUIET = [namespace('shop'), service('shop/web', 'ports: [{name: http, port: 80}]')].join('\n---\n');
    /** Every list of Kubernetes, last heard so long ago. */
    function unreadFor(seconds: number, text: string, isLost = (_list: string): boolean => true): MeshSnapshot {
      const { cluster, ...rest } = snapshot({}, text);
      const lose = <T>(lists: T): T =>
        Object.fromEntries(
          Object.entries(lists as Record<string, Observed<unknown>>).map(([list, observed]) => {
            const value = observed.state === 'fresh' && isLost(list) ? observed.value : undefined;
            const at = epochSeconds(LATER - seconds);
            return [list, value === undefined ? observed : { state: 'stale', at, value, error: GONE }];
          }),
        ) as T;
      const { config, otherPolicyEngines, ...lists } = cluster;
      return analysed({ ...rest, cluster: { ...lose(lists), config: lose(config), otherPolicyEngines } });
    }
    const said = (asked: MeshSnapshot): string => {
      const { verdict, summary } = examineAnalysis(asked, {});
      return `${verdict}: ${summary}`;
    };

    test('as of when is told, and soon what was well is not known any more', () => {
      assert.equal(said(unreadFor(40, QUIET)), 'ok: nothing found, as of 40 s ago');
      assert.equal(said(unreadFor(200, QUIET)), 'unknown: nothing found, as of 3 min ago');
      const { evidence } = examineAnalysis(unreadFor(200, QUIET), {});
      assert.deepEqual(evidence, ['objects cannot be read: nobody listens']);
    });

    test('an error stands for as long as its objects do', () => {
      assert.equal(said(unreadFor(40, TEXT)), 'finding: IST0101 on VirtualService/shop/web');
      assert.equal(said(unreadFor(200, TEXT)), 'unknown: IST0101 on VirtualService/shop/web, as of 3 min ago');
    });

    test('an error that rests on other objects stands', () => {
      const isLost = (list: string): boolean => list === 'injectors';
      assert.equal(said(unreadFor(200, TEXT, isLost)), 'finding: IST0101 on VirtualService/shop/web');
      assert.equal(said(unreadFor(200, QUIET, isLost)), 'unknown: nothing found, as of 3 min ago');
    });
  });

  test('what is not read on purpose takes nothing from an answer', () => {
    const { cluster } = snapshot({}, namespace('shop'));
    const { verdict, summary } = examineAnalysis({ ...snapshot({ cluster }), cluster }, {});
    assert.deepEqual([verdict, summary], ['ok', 'nothing found']);
    assert.equal(examineAnalysis({ ...emptySnapshot(LATER), cluster: NO_CLUSTER }, {}).verdict, 'unknown');
  });
});
