import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * Writes what the program is made of, as CycloneDX: `node scripts/sbom.ts [FILE]`, by default `sbom.cdx.json`. It is read
 * from package-lock.json, so it is the same on every machine; `SOURCE_DATE_EPOCH` fixes its time and number too.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILE = process.argv[2] ?? 'sbom.cdx.json';

interface Bom {
  readonly components: readonly unknown[];
  readonly metadata: { readonly timestamp: string; readonly component: Readonly<Record<string, unknown>> };
  readonly serialNumber?: string;
}

const { serialNumber, ...bom } = listed();
const epoch = process.env['SOURCE_DATE_EPOCH'];
const { metadata } = bom;
const whole = {
  ...bom,
  // A number of its own for each run would make no two alike.
  ...(epoch === undefined && { serialNumber }),
  metadata: {
    ...metadata,
    timestamp: epoch === undefined ? metadata.timestamp : new Date(Number(epoch) * 1000).toISOString(),
    // npm says the folder's name, and takes everything for a library.
    component: { ...metadata.component, name: 'meshladder', type: 'application' },
  },
};
writeFileSync(FILE, `${JSON.stringify(whole, undefined, 2)}\n`);
console.log(`${FILE}: ${bom.components.length} components`);

/**
 * As npm lists it, where no development dependency was ever there: with `--omit dev`, npm 11 leaves out packages too that
 * both the program and a development dependency need.
 */
function listed(): Bom {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-sbom-'));
  try {
    for (const [name, text] of Object.entries(withoutTools())) writeFileSync(join(folder, name), text);
    const asked = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'];
    const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
    return JSON.parse(execFileSync('npm', asked, { cwd: folder, encoding: 'utf8', stdio, maxBuffer: 1 << 26 })) as Bom;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Locked = Readonly<Record<string, unknown>> & { readonly dev?: boolean; readonly devOptional?: boolean };

function withoutTools(): Readonly<Record<string, string>> {
  const { devDependencies: _tools, ...manifest } = readJson('package.json');
  const { packages, ...lock } = readJson('package-lock.json') as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const { devDependencies: _toolsToo, ...own } = packages[''] ?? {};
  const kept = Object.entries(packages).filter(([, { dev, devOptional }]) => !dev && !devOptional);
  return {
    'package.json': JSON.stringify(manifest),
    'package-lock.json': JSON.stringify({ ...lock, packages: { ...Object.fromEntries(kept), '': own } }),
  };
}

function readJson(name: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8')) as Record<string, unknown>;
}
