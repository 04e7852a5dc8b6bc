import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import { advanceFindings, NO_FINDINGS_SINCE } from '../../../src/model/findings-since.ts';
import { emptySnapshot, type MeshSnapshot } from '../../../src/model/snapshot.ts';
import { findingsIn } from '../../../src/rungs/analysis/findings.ts';
import { analysis } from '../../../src/rungs/analysis/rung.ts';
import { worldOfFiles } from '../../../src/sources/kubernetes/analysis/world-of-files.ts';
import { config, LATER, namespace, service } from '../../support/analysis-cases.ts';

const TEXT = [
  namespace('shop'),
  service('shop/web', 'ports: [{name: http, port: 80}]'),
  config(
    'VirtualService',
    'shop/web',
    'hosts: [web], http: [{route: [{destination: {host: gone}}], mirror: {host: also-gone}}]',
  ),
].join('\n---\n');

function snapshot(more: Partial<MeshSnapshot> = {}): MeshSnapshot {
  const { cluster } = worldOfFiles([{ name: 'a.yaml', text: TEXT }], { at: LATER, namespace: 'default' }).world;
  return { ...emptySnapshot(LATER), cluster, ...more };
}

const LABELS = {
  mesh_cluster: 'Kubernetes',
  code: 'IST0101',
  level: 'Error',
  object_kind: 'VirtualService',
  object_namespace: 'shop',
  object_name: 'web',
};

test('each code of an object is one series, however often it is said', () => {
  const { finding, findingSince } = analysis.evaluate(snapshot());
  assert.deepEqual(finding, [{ labels: LABELS, value: 1 }]);
  assert.deepEqual(findingSince, [], 'nobody remembers since when');
});

test('since when, where somebody remembers', () => {
  const now = snapshot();
  const findingsSince = advanceFindings(NO_FINDINGS_SINCE, findingsIn(now), epochSeconds(77));
  assert.deepEqual(analysis.evaluate({ ...now, findingsSince }).findingSince, [{ labels: LABELS, value: 77 }]);
});

test('what is suppressed is not told', () => {
  const { settings } = emptySnapshot(LATER);
  const quiet = snapshot({
    settings: { ...settings, suppress: [{ code: 'IST0101', object: 'VirtualService/shop/*' }] },
  });
  assert.deepEqual(analysis.evaluate(quiet).finding, []);
});

test('nothing known, nothing told', () => {
  assert.deepEqual(analysis.evaluate(emptySnapshot(LATER)), { finding: [], findingSince: [] });
});
