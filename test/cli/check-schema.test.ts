import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { writeSettings } from '../../src/demo/exporter/settings.ts';
import { type DemoMesh, startMesh } from '../../src/demo/mesh/mesh.ts';
import { podName, WORKLOADS } from '../../src/demo/mesh/workloads.ts';
import { runCli } from '../support/run-cli.ts';

function validatorOf(name: string) {
  const ajv = new Ajv2020({ strict: true });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  const file = new URL(`../../docs/schemas/${name}.json`, import.meta.url);
  return ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
}

describe('what commands write of a running mesh is as the schemas say', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-check-schema-'));
  let mesh: DemoMesh;
  before(async () => {
    mesh = await startMesh({ folder, extraProxies: 0, rotateAtBytes: 1 << 20 });
    await writeSettings({ folder, mesh, speed: 10 });
  });
  after(async () => {
    await mesh.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const access = ['--kubeconfig', join(folder, 'kubeconfig'), '--token-file', join(folder, 'istio-token')];
  const cases: readonly (readonly [schema: string, argv: readonly string[]])[] = [
    ['ladder', ['check', ...access]],
    ['ladder', ['check', `${podName(WORKLOADS.checkout)}.payment`, ...access]],
    ['proxies', ['status', ...access]],
    ['analyze', ['analyze', '-A', ...access.slice(0, 2)]],
  ];
  for (const [schema, argv] of cases) {
    test(`${argv[0]} ${argv[1]?.startsWith('-') ? '' : argv[1]}`, async () => {
      const { stdout, stderr } = await runCli([...argv, '-o', 'json']);
      assert.notEqual(stdout, '', stderr);
      const validate = validatorOf(schema);
      assert.ok(validate(JSON.parse(stdout)), JSON.stringify(validate.errors?.slice(0, 5), undefined, 1));
    });
  }
});
