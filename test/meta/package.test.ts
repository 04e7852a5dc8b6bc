import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installPacked } from '../support/packed-package.ts';
import { filesBelow, importsOf, readSource } from '../support/source-files.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let packed: readonly string[];
before(async () => {
  await run(process.execPath, ['scripts/build.ts'], { cwd: ROOT, env: { ...process.env, REVISION: 'abc123' } });
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT });
  const [answer] = JSON.parse(stdout) as { files: { path: string }[] }[];
  packed = answer?.files.map(({ path }) => path) ?? [];
});

test('the package holds the compiled program and no sources or tests', () => {
  for (const needed of ['dist/main.js', 'dist/main.d.ts', 'dist/revision.txt', 'package.json', 'LICENSE']) {
    assert.ok(packed.includes(needed), needed);
  }
  assert.deepEqual(
    packed.filter((path) => /^(src|test|bench|scripts)\//.test(path) || /\.(test|spec)\./.test(path)),
    [],
  );
});

test('every source file is in it, compiled, and what is not compiled as it is', () => {
  const expected = filesBelow('src', /\.(ts|wasm|js|css|html|svg)$/)
    .filter((file) => !file.includes('/scanner/assembly/') && !file.endsWith('.d.ts'))
    .map((file) => file.replace(/^src/, 'dist').replace(/\.ts$/, '.js'));
  assert.deepEqual(
    expected.filter((file) => !packed.includes(file)),
    [],
  );
});

test('the compiled program runs, and knows its version and commit', async () => {
  const { version } = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as { version: string };
  const { stdout } = await run(process.execPath, ['dist/main.js', '--version'], { cwd: ROOT });
  assert.equal(stdout.trim(), version);
  const { REVISION } = (await import(`${ROOT}dist/cli/version.js`)) as { REVISION: string };
  assert.equal(REVISION, 'abc123');
  const checked = await run(process.execPath, ['dist/main.js', 'check-config'], { cwd: ROOT });
  assert.match(checked.stdout, /^OK\n/);
});

test('npx runs it in a folder where nothing else is', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'meshladder-npx-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await installPacked(ROOT, folder);
  const fixtures = [
    'syncz/nack-recovered.json',
    'accesslog/one-each.text.log',
    'analyze-live/clean-appprotocol/objects.yaml',
  ];
  for (const name of fixtures) await cp(`${ROOT}test/fixtures/${name}`, join(folder, basename(name)));
  const COMMANDS: readonly (readonly [line: string, says: RegExp])[] = [
    ['--help', /Usage: meshladder/],
    ['status --syncz nack-recovered.json', /^NAME +NAMESPACE/],
    ['flags one-each.text.log', /access lines/],
    ['analyze objects.yaml', /^Nothing found/],
    ['explain IstioProxyStale', /^# IstioProxyStale/],
    ['decode UF', /UpstreamConnectionFailure/],
  ];
  for (const [line, says] of COMMANDS) {
    // Code 1 says that something was found.
    const { stdout } = await run('npx', ['--no-install', 'meshladder', ...line.split(' ')], { cwd: folder }).catch(
      (error: { readonly code: number; readonly stdout: string }) => (error.code === 1 ? error : Promise.reject(error)),
    );
    assert.match(stdout, says, line);
  }
});

test('what the program imports at run time is a dependency, not a development one', () => {
  const manifest = JSON.parse(readSource('package.json')) as { dependencies: Record<string, string> };
  const used = filesBelow('src', /\.ts$/)
    .filter((file) => !file.includes('/scanner/assembly/'))
    .flatMap((file) => importsOf(readSource(file)))
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
    .map((name) => (name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? '')));
  assert.deepEqual([...new Set(used)].toSorted(), Object.keys(manifest.dependencies).toSorted());
});

test('who packs it packs what is built from these sources', () => {
  const { scripts } = JSON.parse(readSource('package.json')) as { scripts: Record<string, string> };
  assert.equal(scripts['prepack'], scripts['build']);
});

test('dependencies are pinned', () => {
  const manifest = JSON.parse(readSource('package.json')) as Record<string, Record<string, string>>;
  const loose = Object.entries({ ...manifest['dependencies'], ...manifest['devDependencies'] }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  assert.deepEqual(loose, []);
});

test('the image is built from files that are there', () => {
  const copied = [...readSource('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
    files.split(' '),
  );
  assert.ok(copied.length > 5);
  assert.deepEqual(
    copied.filter((path) => !existsSync(`${ROOT}${path}`)),
    [],
  );
});
