import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Files below a folder of the repository, as paths from its root. */
export function filesBelow(folder: string, pattern: RegExp): readonly string[] {
  return readdirSync(`${ROOT}${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(ROOT.length))
    .toSorted();
}

export function readSource(path: string): string {
  return readFileSync(`${ROOT}${path}`, 'utf8');
}

/** What a TypeScript file imports, types included, as it is written there. */
export function importsOf(source: string): readonly string[] {
  const imports =
    /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?\bfrom\s+['"]([^'"]+)['"]|(?:^|\n)\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...source.matchAll(imports)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}
