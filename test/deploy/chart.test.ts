import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { findTool } from '../../scripts/find-tool.ts';
import { CHART, helm } from '../../scripts/helm.ts';
import { NO_HELM, renderVariant, renderVariantText, VARIANTS, variantFile } from '../support/chart.ts';
import { schemaProblems } from '../support/kube-schema.ts';
import { readSource } from '../support/source-files.ts';

test('the chart is made for the program of this repository', () => {
  const chart = parse(readFileSync(`${CHART}/Chart.yaml`, 'utf8')) as { appVersion: unknown; version: unknown };
  const { version } = JSON.parse(readSource('package.json')) as { version: string };
  assert.deepEqual([chart.appVersion, chart.version], [version, version]);
});

/** The chart is for both majors of Helm. */
const HELM_3 = findTool('helm3');

for (const variant of VARIANTS) {
  test(`${variant}: helm finds nothing wrong`, { skip: NO_HELM }, () => {
    const said = helm(['lint', '--strict', '--quiet', CHART, '--values', variantFile(variant)]);
    assert.equal(said.trim(), '');
  });

  test(`${variant}: every object is what Kubernetes takes`, { skip: NO_HELM }, () => {
    const objects = renderVariant(variant);
    assert.ok(objects.length > 0);
    assert.deepEqual(objects.flatMap(schemaProblems), []);
  });

  test(`${variant}: Helm 3 renders the same`, {
    skip: NO_HELM || (HELM_3 === undefined && 'helm3 is not here'),
  }, () => {
    assert.equal(renderVariantText(variant, HELM_3), renderVariantText(variant));
  });
}
