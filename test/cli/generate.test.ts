import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FIELDS, variableOf } from '../../src/config/overrides.ts';
import { RUNBOOK_BASE } from '../../src/sinks/alerts/rule-files.ts';
import { MARK } from '../../src/sinks/docs/document.ts';
import { runCli } from '../support/run-cli.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'meshladder-generate-'));
});
after(() => rm(dir, { recursive: true }));

test('the pages in the repository are what the program says', async () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const { code, stdout } = await runCli(['generate', '--check', '--dir', root]);
  assert.deepEqual([code, stdout], [0, '']);
});

test('--check names what is missing, differs or is left over, and writes nothing', async () => {
  const missing = await runCli(['generate', '--check', '--dir', dir]);
  assert.equal(missing.code, 1);
  assert.match(missing.stdout, /^docs\/metrics\.md: missing; run `npm run generate`$/m);
  await assert.rejects(readFile(join(dir, 'docs/metrics.md')));

  const written = await runCli(['generate', '--dir', dir]);
  assert.equal(written.code, 0);
  assert.deepEqual(await runCli(['generate', '--check', '--dir', dir]), { code: 0, stdout: '', stderr: '' });

  await appendFile(join(dir, 'docs/metrics.md'), 'by hand\n');
  await writeFile(join(dir, 'docs/old.md'), `# Old\n\n${MARK}\n`);
  await writeFile(join(dir, 'docs/own.md'), '# By hand\n');
  const drift = await runCli(['generate', '--check', '--dir', dir]);
  assert.deepEqual(drift, {
    code: 1,
    stdout:
      'docs/metrics.md: not what the program says; run `npm run generate`\ndocs/old.md: nothing generates it any more; remove it\n',
    stderr: '',
  });
});

test('every key of the configuration is in its page, every command in the commands', async () => {
  await runCli(['generate', '--dir', dir]);
  const configuration = await readFile(join(dir, 'docs/configuration.md'), 'utf8');
  for (const path of FIELDS.keys()) assert.ok(configuration.includes(`| \`${path}\` |`), path);
  assert.ok(configuration.includes(variableOf('istiod.fastInterval')));
  const commands = await readFile(join(dir, 'docs/commands.md'), 'utf8');
  for (const name of ['serve', 'status', 'flags', 'decode', 'check-config', 'generate', 'demo'])
    assert.ok(commands.includes(`\n## meshladder ${name}\n`), name);
  assert.ok(commands.split('\n').every((line) => line.length <= 100));
});

test('links to runbooks begin as --runbook-base says, and with nothing else', async () => {
  const ruleFiles = (await readdir('alerts')).filter(
    (name) => !name.startsWith('alertmanager') && name.endsWith('.yaml'),
  );
  assert.ok(ruleFiles.length > 10);
  const base = 'https://runbooks.example.com/mesh';
  assert.equal((await runCli(['generate', '--dir', dir, '--runbook-base', base])).code, 0);
  for (const name of ruleFiles) {
    const shipped = await readFile(join('alerts', name), 'utf8');
    const made = await readFile(join(dir, 'alerts', name), 'utf8');
    assert.ok(!made.includes(RUNBOOK_BASE), name);
    assert.equal(made, shipped.replaceAll(RUNBOOK_BASE, `${base}/`), 'the base is one word in every link');
    const alerts = [...shipped.matchAll(/- alert: /g)].length;
    assert.equal(shipped.split(RUNBOOK_BASE).length - 1, alerts, `${name}: it stands nowhere else`);
  }
  for (const wrong of ['runbooks', 'ftp://host/', '']) {
    const { code, stderr } = await runCli(['generate', '--check', '--dir', dir, '--runbook-base', wrong]);
    assert.equal(code, 2);
    assert.match(stderr, /--runbook-base .*: no URL; give one as https:/);
  }
});
