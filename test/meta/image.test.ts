import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hashSync } from 'bcryptjs';
import { type BuiltImage, buildImage } from '../../scripts/image-build.ts';
import { createIgnore, parseDockerfile } from '../../scripts/image-dockerfile.ts';
import { putNode, runImage, whyNotHere } from '../../scripts/image-run.ts';
import { listening } from '../../scripts/listening.ts';
import { NODE_FLAGS } from '../../src/demo/exporter/child.ts';
import { ask, basic } from '../support/ask.ts';
import { readSource } from '../support/source-files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MANIFEST = JSON.parse(readSource('package.json')) as {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
};

test('the image says what it is, and runs as a user that Kubernetes can see is not root', () => {
  const steps = parseDockerfile(readSource('Dockerfile'));
  const last = steps.slice(steps.findLastIndex(({ name }) => name === 'FROM'));
  const only = (name: string): string => last.find((step) => step.name === name)?.rest ?? '';
  assert.match(last[0]?.rest ?? '', /^gcr\.io\/distroless\/nodejs24-debian12:nonroot$/);
  assert.equal(only('USER'), '65532:65532');
  assert.deepEqual(JSON.parse(only('ENTRYPOINT')), ['/nodejs/bin/node', ...NODE_FLAGS, '/app/dist/main.js']);
  assert.deepEqual(JSON.parse(only('CMD')), ['serve']);
  for (const label of ['title', 'description', 'licenses', 'version', 'revision', 'created', 'base.name']) {
    assert.ok(only('LABEL').includes(`org.opencontainers.image.${label}=`), label);
  }
  const version = last.find(({ name, rest }) => name === 'ARG' && rest.startsWith('VERSION='));
  assert.equal(version?.rest, `VERSION="${MANIFEST.version}"`);
  // Built once, on the builder's own architecture, whatever it is for.
  assert.equal(steps[0]?.flags['platform'], '$BUILDPLATFORM');
});

const IGNORED: readonly (readonly [path: string, isIgnored: boolean])[] = [
  ['package.json', false],
  ['src/main.ts', false],
  ['src/sources/access-log/scanner/assembly/index.ts', true],
  ['alerts/runbooks/README.md', false],
  ['alerts/tests/routes.yaml', true],
  ['.git/config', true],
  ['node_modules/zod/index.js', true],
  ['test/meta/image.test.ts', true],
];
test('only what is needed goes to the builder', () => {
  const ignores = createIgnore(readSource('.dockerignore'));
  assert.deepEqual(
    IGNORED.filter(([path, isIgnored]) => ignores(path) !== isIgnored),
    [],
  );
});

describe('built by its own steps, run with a read-only root as nobody', { skip: whyNotHere() ?? false }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'meshladder-image-'));
  let image: BuiltImage;
  before(() => {
    const base = (name: string, root: string): void => {
      if (name.includes('distroless')) putNode(root);
    };
    image = buildImage({ context: ROOT, scratch, args: { REVISION: 'abc123' }, base });
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  test('it holds the program in a few files, without node_modules or sources', () => {
    const names = readdirSync(join(image.root, 'app'), { recursive: true, encoding: 'utf8' });
    assert.deepEqual(
      names.filter((name) => /node_modules|\.ts$|(^|\/)tests?\//.test(name)),
      [],
    );
    for (const name of [
      'dist/main.js',
      'sbom.cdx.json',
      'THIRD_PARTY_LICENSES',
      'LICENSE',
      'alerts/runbooks/README.md',
    ]) {
      assert.ok(names.includes(name), name);
    }
    assert.equal(image.labels['org.opencontainers.image.revision'], 'abc123');
    assert.equal(image.labels['org.opencontainers.image.version'], MANIFEST.version);
  });

  test('its bill of materials names what is in it, with licenses and hashes, and nothing that only builds it', () => {
    interface Component {
      readonly name: string;
      readonly version: string;
      readonly purl: string;
      readonly licenses?: readonly unknown[];
      readonly hashes?: readonly unknown[];
    }
    const bom = JSON.parse(readFileSync(join(image.root, 'app/sbom.cdx.json'), 'utf8')) as {
      readonly bomFormat: string;
      readonly specVersion: string;
      readonly metadata: { readonly component: Readonly<Record<string, unknown>> };
      readonly components: readonly Component[];
    };
    assert.deepEqual([bom.bomFormat, bom.specVersion], ['CycloneDX', '1.5']);
    const { name, version, type, purl } = bom.metadata.component;
    assert.deepEqual([name, version, type], ['meshladder', MANIFEST.version, 'application']);
    assert.equal(purl, `pkg:npm/meshladder@${MANIFEST.version}`);
    const listed = new Set(bom.components.map((one) => `${one.name} ${one.version}`));
    const licenses = readFileSync(join(image.root, 'app/THIRD_PARTY_LICENSES'), 'utf8');
    const contained = [...licenses.matchAll(/^=+\n(\S+ \S+) \((.+)\)$/gm)].map(([, packaged = '']) => packaged);
    assert.ok(contained.length > 50, String(contained.length));
    assert.deepEqual(
      contained.filter((packaged) => !listed.has(packaged)),
      [],
    );
    for (const component of bom.components) {
      assert.match(component.purl, /^pkg:npm\//);
      assert.ok(component.hashes?.length, `${component.name} has no hash`);
      assert.ok(component.licenses?.length, `${component.name} has no license`);
    }
    const tools = bom.components.filter(
      (one) => one.name in MANIFEST.devDependencies && !one.name.startsWith('@types/'),
    );
    assert.deepEqual(tools, []);
  });

  test('it serves metrics, page, runbooks and health, asks for passwords, and ends in good order', async (t) => {
    mkdirSync(join(image.root, 'etc/web'), { recursive: true });
    writeFileSync(join(image.root, 'etc/web/web.yml'), `basic_auth_users: {alice: "${hashSync('a', 4)}"}\n`);
    const child = runImage(image, {
      args: ['serve', '--web.listen-address', '127.0.0.1:0', '--log.format', 'json'],
      env: {
        MESHLADDER_ISTIOD_DISCOVERY: 'static',
        MESHLADDER_ISTIOD_URLS: 'http://127.0.0.1:9',
        MESHLADDER_KUBERNETES_MODE: 'off',
        MESHLADDER_WEB_CONFIG_FILE: '/etc/web/web.yml',
      },
    });
    t.after(() => child.kill('SIGKILL'));
    assert.ok(child.stderr);
    const { host: address } = new URL(await listening(child.stderr));
    const WANTED: readonly (readonly [path: string, says: RegExp])[] = [
      ['/metrics', /^meshladder_build_info\{.*revision="abc123"/m],
      ['/', /<!doctype html>/i],
      ['/page/main.js', /import /],
      ['/runbooks/IstioProxyStale', /<h1>IstioProxyStale/],
      ['/api/v1/status', /"role":"all"/],
    ];
    for (const [path, says] of WANTED) {
      const { status, body } = await ask(address, path, { headers: basic('alice', 'a') });
      assert.equal(status, 200, path);
      assert.match(body, says, path);
    }
    assert.equal((await ask(address, '/-/healthy')).body, 'healthy\n');
    assert.equal((await ask(address, '/metrics')).status, 401);

    const pid = processIn(image.root);
    assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^Uid:\t65532\t65532\t65532\t65532\nGid:\t65532/m);
    assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^CapEff:\t0+\n[\s\S]*^NoNewPrivs:\t1$/m);
    assert.match(readFileSync(`/proc/${pid}/mountinfo`, 'utf8'), / \/ ro[, ]/);
    const ended = once(child, 'exit');
    process.kill(pid, 'SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });

  test('the demo plays in it: Kubernetes client, scanner and threads are all there', {
    timeout: 240_000,
  }, async (t) => {
    const child = runImage(image, {
      args: ['demo', '--once', '--incident', 'drift', '--speed', '50', '--listen', '127.0.0.1:0'],
    });
    t.after(() => child.kill('SIGKILL'));
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const [code] = await once(child, 'exit');
    assert.equal(code, 0, said);
    assert.match(said, /2 variants of routes, all SYNCED/);
  });
});

/** The process whose root folder this is. */
function processIn(root: string): number {
  const pids = execFileSync('ls', ['/proc'], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/root`) === root;
    } catch {
      return false;
    }
  });
  assert.ok(found !== undefined, 'no process has this root');
  return Number(found);
}
