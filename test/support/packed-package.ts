import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

type Locked = Readonly<Record<string, unknown>> & { readonly dev?: boolean; readonly devOptional?: boolean };
interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

/**
 * Installs the package of `root` in an empty folder as whoever asks a registry for it would, with the very dependencies
 * that are locked here; from npm's cache, which `npm ci` has filled, where it can.
 */
export async function installPacked(root: string, folder: string): Promise<void> {
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  const file = `file:${basename(packed?.filename ?? '')}`;
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock;
  const { '': own = {}, ...others } = lock.packages;
  const { version, dependencies, bin, engines, license } = own;
  const clean = { name: 'clean', version: '1.0.0', dependencies: { meshladder: file } };
  const packages = {
    '': clean,
    ...Object.fromEntries(Object.entries(others).filter(([, { dev, devOptional }]) => !dev && !devOptional)),
    'node_modules/meshladder': { version, resolved: file, license, dependencies, bin, engines },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(clean));
  await writeFile(
    join(folder, 'package-lock.json'),
    JSON.stringify({ name: 'clean', version: '1.0.0', lockfileVersion: 3, requires: true, packages }),
  );
  await run('npm', ['ci', '--prefer-offline', '--ignore-scripts'], { cwd: folder, timeout: 180_000 });
}
