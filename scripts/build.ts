import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { copyAssets } from './assets.ts';
import { revision } from './revision.ts';

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
copyAssets(SRC, DIST);
writeFileSync(join(DIST, 'revision.txt'), `${revision(ROOT)}\n`);
chmodSync(join(DIST, 'main.js'), 0o755);
console.log(`dist: ${readdirSync(DIST, { recursive: true }).length} files`);
