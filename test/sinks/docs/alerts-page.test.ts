import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { findTool } from '../../../scripts/find-tool.ts';
import { LADDER } from '../../../src/rungs/index.ts';
import { ruleGroups } from '../../../src/sinks/alerts/rule-groups.ts';
import { alertsPage } from '../../../src/sinks/docs/alerts-page.ts';

const promtool = findTool('promtool');
const skip = promtool === undefined ? 'no promtool here: `node scripts/test-tools.ts` tries to get one' : false;

test('what the page says to write into the configuration loads every rule file', { skip }, async (context) => {
  const groups = ruleGroups(LADDER);
  const { text } = alertsPage(groups);
  const [, told = ''] = /^```yaml\n(rule_files:[\s\S]*?)^```$/m.exec(text) ?? [];
  assert.match(told, /^rule_files:/);
  const root = mkdtempSync(join(tmpdir(), 'meshladder-rule-files-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  cpSync('alerts', join(root, 'alerts'), { recursive: true });
  writeFileSync(join(root, 'prometheus.yaml'), told);
  const { stdout } = await promisify(execFile)(promtool!, ['check', 'config', join(root, 'prometheus.yaml')]);
  for (const { id } of groups) assert.ok(stdout.includes(`alerts/${id}.yaml`), id);
  assert.match(stdout, /SUCCESS/);
});
