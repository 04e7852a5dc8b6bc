import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// Two folders up from src/cli as from dist/cli.
const manifest = createRequire(import.meta.url)('../../package.json') as { readonly version: string };

/** The package's version. */
export const VERSION: string = manifest.version;

/** Written by `npm run build` beside the compiled program. */
const REVISION_FILE = new URL('../revision.txt', import.meta.url);

/** The commit this was built from; `""` when it runs from its sources. */
export const REVISION: string = existsSync(REVISION_FILE) ? readFileSync(REVISION_FILE, 'utf8').trim() : '';
