import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { main as compile } from 'assemblyscript/asc';

/**
 * Compiles the log scanner's AssemblyScript to the two files that are committed beside it, so that a checkout runs without
 * a build: `scanner.wasm`, and `scanner-hosts.wasm` for where lines are told apart by upstream host. `--check` compiles and
 * compares instead: exit code 1 when a committed file is not what its source makes.
 */
const FOLDER = fileURLToPath(new URL('../src/sources/access-log/scanner/', import.meta.url));
const SOURCE = `${FOLDER}assembly/index.ts`;
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  'scanner.wasm': [],
  'scanner-hosts.wasm': ['--use', 'WITH_UPSTREAM_HOSTS=1'],
};

for (const [target, options] of Object.entries(TARGETS)) {
  const built = await build(options);
  if (process.argv.includes('--check')) await compare(target, built);
  else {
    await writeFile(`${FOLDER}${target}`, built);
    console.log(`${target}: ${built.length} bytes`);
  }
}

async function compare(target: string, built: Buffer): Promise<void> {
  const committed = await readFile(`${FOLDER}${target}`).catch(() => undefined);
  if (committed !== undefined && built.equals(committed)) return;
  console.error(`${target} is not what its source makes: run node scripts/build-scanner.ts, commit the result`);
  process.exitCode = 1;
}

async function build(options: readonly string[]): Promise<Buffer> {
  let binary: Buffer | undefined;
  // No runtime and no collector: the scanner allocates nothing. No names: the bytes do not depend on where they are made.
  const flags = ['--optimizeLevel', '3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];
  const { error, stderr } = await compile([SOURCE, '--outFile', 'scanner.wasm', ...flags, ...options], {
    writeFile: (name: string, contents: string | Uint8Array): void => {
      if (name === 'scanner.wasm') binary = Buffer.from(contents);
    },
  });
  if (error !== null || binary === undefined) throw new Error(`the scanner does not compile:\n${stderr.toString()}`);
  return binary;
}
