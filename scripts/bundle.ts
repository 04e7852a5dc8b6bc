import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { copyAssets } from './assets.ts';
import { licensesOf } from './licenses.ts';
import { revision } from './revision.ts';

/**
 * Makes the folder that the image runs: the program and all it imports in a few files without node_modules, laid out as
 * `dist` is, with runbooks, dashboards and the licenses of what is in it. `node scripts/bundle.ts [FOLDER]`, by default
 * `bundle`.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SRC = join(ROOT, 'src');
const OUT = join(process.cwd(), process.argv[2] ?? 'bundle');
const DIST = join(OUT, 'dist');

/** What is started: the program, and the threads it starts by their files' names. */
const ENTRIES = ['main.ts', 'app/inspect-thread.ts', 'sinks/http/security/password-thread.ts'];

/** CommonJS packages ask for Node's own modules by `require`, which ESM has not. */
const REQUIRE = `import { createRequire as requireForBundle } from 'node:module';
const require = requireForBundle(import.meta.url);`;

rmSync(OUT, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ENTRIES.map((entry) => join(SRC, entry)),
  outdir: DIST,
  outbase: SRC,
  bundle: true,
  // What a command does not use stays in files of its own, unread: an agent never sees the Kubernetes client.
  splitting: true,
  chunkNames: '[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // Names in stack traces are worth more than a megabyte.
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'none',
  banner: { js: REQUIRE },
  metafile: true,
  logLevel: 'warning',
  plugins: [ownPlaces()],
});
copyAssets(SRC, DIST);
for (const folder of ['alerts', 'dashboards']) cpSync(join(ROOT, folder), join(OUT, folder), { recursive: true });
for (const file of ['package.json', 'LICENSE']) cpSync(join(ROOT, file), join(OUT, file));
writeFileSync(join(OUT, 'THIRD_PARTY_LICENSES'), licensesOf(ROOT, Object.keys(metafile.inputs)));
writeFileSync(join(DIST, 'revision.txt'), `${revision(ROOT)}\n`);
chmodSync(join(DIST, 'main.js'), 0o755);
console.log(summary(metafile));

/**
 * Modules that read a file beside them find it where `dist` has it, whichever file of the bundle they are in: all of those
 * lie in one folder, but for the threads' own, which read nothing.
 */
function ownPlaces(): Plugin {
  return {
    name: 'own places',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!path.startsWith(SRC)) return undefined;
        const contents = readFileSync(path, 'utf8');
        const place = `./${relative(SRC, path).replace(/\.ts$/, '.js')}`;
        return {
          contents: contents.replaceAll('import.meta.url', `new URL('${place}', import.meta.url).href`),
          loader: 'ts',
        };
      });
    },
  };
}

function summary({ outputs }: Metafile): string {
  const files = Object.values(outputs);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${relative(process.cwd(), DIST)}: ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`;
}
