import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { main as compile } from 'assemblyscript/asc';

/**
 * Compiles the log scanner's AssemblyScript to the `scanner.wasm` that is committed beside it, so that a checkout runs
 * without a build. `--check` compiles and compares instead: exit code 1 when the committed file is not what its source
 * makes.
 */
const FOLDER = fileURLToPath(new URL('../src/sources/access-log/scanner/', import.meta.url));
const SOURCE = `${FOLDER}assembly/index.ts`;
const TARGET = `${FOLDER}scanner.wasm`;

const built = await build();
if (process.argv.includes('--check')) {
  const committed = await readFile(TARGET).catch(() => undefined);
  if (committed === undefined || !built.equals(committed)) {
    console.error(
      `${basename(TARGET)} is not what its source makes: run node scripts/build-scanner.ts, commit the result`,
    );
    process.exitCode = 1;
  }
} else {
  await writeFile(TARGET, built);
  console.log(`${basename(TARGET)}: ${built.length} bytes`);
}

async function build(): Promise<Buffer> {
  let binary: Buffer | undefined;
  // No runtime and no collector: the scanner allocates nothing. No names: the bytes do not depend on where they are made.
  const flags = ['--optimizeLevel', '3', '--converge', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];
  const { error, stderr } = await compile([SOURCE, '--outFile', 'scanner.wasm', ...flags], {
    writeFile: (name: string, contents: string | Uint8Array): void => {
      if (name === 'scanner.wasm') binary = Buffer.from(contents);
    },
  });
  if (error !== null || binary === undefined) throw new Error(`the scanner does not compile:\n${stderr.toString()}`);
  return binary;
}
