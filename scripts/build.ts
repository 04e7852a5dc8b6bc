import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * Compiles `src` to `dist`, for the package and the image: JavaScript and declarations by tsc, the compiled scanner and
 * what browsers get as they are, and the commit (from `REVISION`, else from git) for `meshladder_build_info`.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');
const DIST = join(ROOT, 'dist');

rmSync(DIST, { recursive: true, force: true });
execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
for (const name of readdirSync(SRC, { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.wasm') || /\/client\/[^/]+\.(html|js|css|svg)$/.test(name))
    cpSync(join(SRC, name), join(DIST, name));
}
writeFileSync(join(DIST, 'revision.txt'), `${revision()}\n`);
chmodSync(join(DIST, 'main.js'), 0o755);
console.log(`dist: ${readdirSync(DIST, { recursive: true }).length} files`);

function revision(): string {
  const given = process.env['REVISION'];
  if (given !== undefined && given !== '') return given;
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // No git or no repository, as in an unpacked archive.
    return '';
  }
}
