import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The license of every package that these files come from, each once, by name. @throws where one has none */
export function licensesOf(root: string, files: readonly string[]): string {
  const folders = files.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  const texts = [...new Set(folders)].toSorted().map((folder) => licenseOf(join(root, folder)));
  return `The programs below are part of this one, each by its own license.\n\n${[...new Set(texts)].join('\n')}`;
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Readonly<
    Record<string, string>
  >;
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)/i.test(one) && existsSync(join(folder, one)));
  if (file === undefined && license === undefined) throw new Error(`${folder}: no license; may it be shipped?`);
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  return `${'='.repeat(80)}\n${name} ${version} (${license ?? 'see below'})\n${text}`;
}
