import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findTool } from '../../scripts/find-tool.ts';
import { type KubeObject, OPERATOR, objectsIn, render } from '../../scripts/helm.ts';
import { kustomizeFiles } from '../../scripts/kustomize-files.ts';
import { NO_HELM } from '../support/chart.ts';
import { schemaProblems } from '../support/kube-schema.ts';
import { readSource } from '../support/source-files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = 'deploy/kustomize';
const kubectl = findTool('kubectl');
const NO_KUBECTL = kubectl === undefined && 'kubectl is not here';

test('the kustomizations are what the chart renders; run `node scripts/kustomize.ts`', { skip: NO_HELM }, () => {
  const files = kustomizeFiles();
  for (const { path, text } of files) assert.equal(readSource(path), text, path);
  const there = readdirSync(join(ROOT, FOLDER), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length));
  assert.deepEqual(
    there.filter((path) => !path.endsWith('/prometheus-rule.yaml') && !files.some((file) => file.path === path)),
    [],
  );
});

test('every kustomization builds, and its objects are what Kubernetes takes', { skip: NO_KUBECTL }, () => {
  for (const folder of ['base', 'everything']) assert.deepEqual(built(folder).flatMap(schemaProblems), [], folder);
});

test('all of them together are the objects of the chart', { skip: NO_HELM || NO_KUBECTL }, () => {
  const chart = render({ set: ['agent.enabled=true', 'dashboards.enabled=true'], apis: OPERATOR });
  const installed = chart.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined);
  assert.deepEqual(comparable(built('everything')), comparable(installed));
});

test('a changed configuration makes new pods: its ConfigMap is named by what it holds', { skip: NO_KUBECTL }, () => {
  const objects = built('base');
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  const config = objects.find(({ kind }) => kind === 'ConfigMap');
  assert.match(config?.metadata.name ?? '', /^meshladder-central-[a-z0-9]{10}$/);
  assert.equal(deployment?.['spec'].template.spec.volumes[0].configMap.name, config?.metadata.name);
});

function built(folder: string): readonly KubeObject[] {
  return objectsIn(
    execFileSync(kubectl ?? '', ['kustomize', join(ROOT, FOLDER, folder)], { encoding: 'utf8', maxBuffer: 1 << 26 }),
  );
}

const HELM_KNOWS = ['helm.sh/chart', 'app.kubernetes.io/managed-by', 'app.kubernetes.io/version', 'checksum/config'];

/** Without what only one of the two ways knows: labels of Helm, its checksum, endings of generated names, a head line. */
function comparable(objects: readonly KubeObject[]): readonly unknown[] {
  const plain = objects.map(
    (object) =>
      JSON.parse(JSON.stringify(object), (key, value: unknown) => {
        if (HELM_KNOWS.includes(key)) return undefined;
        if (key === 'annotations' && Object.keys(value as object).length === 0) return undefined;
        if (key === 'name') return String(value).replace(/^(meshladder-(central|agent))-[a-z0-9]{10}$/, '$1');
        return typeof value === 'string' ? value.replace(/^# Rendered from .*\n/, '').trim() : value;
      }) as KubeObject,
  );
  const keyOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.namespace}/${metadata.name}`;
  return plain.toSorted((one, other) => keyOf(one).localeCompare(keyOf(other)));
}
