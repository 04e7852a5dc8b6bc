import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kustomizeFiles } from './kustomize-files.ts';

/** Writes `deploy/kustomize` from the chart. Needs helm, which `scripts/test-tools.ts` brings. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));

const files = kustomizeFiles();
for (const { path, text } of files) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), text);
}
console.log(`${files.length} files written`);
