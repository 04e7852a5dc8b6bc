import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { runProgram } from '../../src/cli/program.ts';
import type { ReplayedAdmin } from '../support/envoy-admin.ts';
import { CHECKOUT, dumpPath } from '../support/envoy-dump.ts';
import { startTestMesh, type TestMesh } from '../support/live-mesh.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { startProcess } from '../support/run-process.ts';

let mesh: TestMesh;
let admin: ReplayedAdmin;
beforeEach(async () => {
  mesh = await startTestMesh();
  admin = mesh.admins.get(CHECKOUT) ?? assert.fail('no admin');
});
afterEach(() => mesh.stop());

function log(...args: readonly string[]): Promise<CliResult> {
  return runCli(['config', 'log', CHECKOUT, ...args, '--kubeconfig', mesh.kubeconfig]);
}

/** Requests that change something. */
function changesAsked(): readonly string[] {
  return admin.asked.filter((each) => each.includes('?'));
}

function levelsOf(...names: readonly string[]): readonly (string | undefined)[] {
  return names.map((name) => admin.loggers.get(name));
}

test('sets one logger, and says how to put it back', async () => {
  const { code, stdout, stderr } = await log('--level', 'rbac:debug', '--yes');
  assert.equal(code, 0);
  assert.equal(stdout, 'rbac: warning → debug\n');
  assert.equal(stderr, `meshladder: to put back:\n  meshladder config log ${CHECKOUT} --level rbac:warning\n`);
  assert.deepEqual(changesAsked(), ['POST /logging?rbac=debug']);
  assert.deepEqual(levelsOf('rbac', 'http', 'misc'), ['debug', 'warning', 'error']);
});

test('sets several in one request, in JSON', async () => {
  const { code, stdout } = await log('--level', 'rbac:Debug, http:trace,misc:warn', '--yes', '-o', 'json');
  assert.equal(code, 0);
  const schema = JSON.parse(
    await readFile(new URL('../../docs/schemas/config-log-level.json', import.meta.url), 'utf8'),
  );
  assert.ok(new Ajv2020().validate(schema as object, JSON.parse(stdout)));
  assert.deepEqual(JSON.parse(stdout), [
    { name: 'rbac', before: 'warning', after: 'debug' },
    { name: 'http', before: 'warning', after: 'trace' },
    { name: 'misc', before: 'error', after: 'warning' },
  ]);
  assert.deepEqual(changesAsked(), ['POST /logging?paths=rbac:debug,http:trace,misc:warning']);
});

test('default puts back every logger that writes more than the default, and no other', async () => {
  admin.loggers.set('rbac', 'debug').set('http', 'info').set('jwt', 'off');
  const { stdout } = await log('--level', 'default', '--yes');
  assert.equal(stdout, 'http: info → warning\nrbac: debug → warning\n');
  assert.deepEqual(levelsOf('rbac', 'http', 'jwt', 'misc'), ['warning', 'warning', 'off', 'error']);
});

test('what is so already is not touched', async () => {
  const { code, stdout, stderr } = await log('--level', 'default', '--yes', '-o', 'json');
  assert.deepEqual([code, stdout], [0, '[]\n']);
  assert.match(stderr, /nothing to change/);
  assert.deepEqual(changesAsked(), []);
});

test('all loggers need --all, and a warning of the cost', async () => {
  const refused = await log('--level', 'debug', '--yes');
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /name loggers, as in --level rbac:debug; for every logger add --all, which costs much/);
  const { code, stdout, stderr } = await log('--level', 'debug', '--all', '--yes');
  assert.equal(code, 0);
  assert.match(stderr, /all loggers at debug: .*hundreds of lines for a request/);
  assert.match(stdout, /misc: error → debug/);
  assert.deepEqual(new Set(admin.loggers.values()), new Set(['debug']));
});

describe('what makes no sense changes nothing', () => {
  const cases: readonly (readonly [args: readonly string[], stderr: RegExp])[] = [
    [['--level', 'rbac:debug'], /give --yes, since nobody can be asked here/],
    [['--level', 'rbca:debug', '--yes'], /nothing is changed: there is no logger rbca; near it are rbac/],
    [
      ['--level', 'rbac:debug,htp:trace,zzz:info', '--yes'],
      /there is no logger htp; near it are http.*; there is no logger zzz; meshladder config log lists them/,
    ],
    [['--level', 'rbac:debgu', '--yes'], /debgu is no level; did you mean debug\?/],
    [['--level', 'rbac:loud', '--yes'], /loud is no level; give trace, debug, info/],
    [['--level', 'rbac', '--yes'], /rbac is no level/],
    [['--level', 'rbac:debug,', '--yes'], /nothing is no logger with a level; write it as in rbac:debug,http:trace/],
    [['--level', 'rbac:debug&x=y', '--yes'], /is no logger with a level/],
    [['--level', 'rbac:debug,rbac:info', '--yes'], /the logger rbac is named twice/],
    [['--level', 'rbac:debug', '--all', '--yes'], /--all: give one level/],
    [['--level', 'default', '--for', '5m', '--yes'], /--for: --level default is what it would put back to/],
    [['--level', 'rbac:debug', '--for', 'soon', '--yes'], /--for: not a duration/],
    [['--level', 'rbac:debug', '--for', '30d', '--yes'], /longer than a day/],
    [['--for', '5m'], /--for: only with --level/],
    [['--yes'], /--yes: only with --level/],
    [['--level', 'rbac:debug', '--yes', '-f', dumpPath(`healthy/${CHECKOUT}.envoy`)], /leave out -f/],
  ];
  for (const [args, stderr] of cases) {
    test(args.join(' '), async () => {
      const result = await log(...args);
      assert.match(result.stderr, stderr);
      assert.deepEqual([result.code, result.stdout, changesAsked()], [2, '', []]);
    });
  }

  test('another part', async () => {
    const { stderr } = await runCli(['config', 'clusters', CHECKOUT, '--level', 'rbac:debug', '--yes']);
    assert.match(stderr, /--level: says nothing of clusters, only of log/);
  });
});

/** The command on a terminal, whose answers are written by the test. */
function onTerminal(...args: readonly string[]) {
  const stop = new AbortController();
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stdout = new PassThrough();
  const stderr = Object.assign(new PassThrough(), { isTTY: true });
  let said = '';
  stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const argv = ['config', 'log', CHECKOUT, ...args, '--kubeconfig', mesh.kubeconfig];
  const ended = runProgram(argv, { stdin, stdout, stderr, env: {}, signal: stop.signal });
  return {
    stdin,
    stop,
    ended,
    said: () => said,
    async sees(text: string): Promise<void> {
      while (!said.includes(text)) await once(stderr, 'data');
    },
  };
}

describe('on a terminal', () => {
  for (const [answer, code, level] of [
    ['y\n', 0, 'debug'],
    ['YES\n', 0, 'debug'],
    ['n\n', 2, 'warning'],
    ['\n', 2, 'warning'],
    ['yesterday\n', 2, 'warning'],
  ] as const) {
    test(`asks, and takes ${JSON.stringify(answer)} for ${code === 0 ? 'yes' : 'no'}`, async () => {
      const run = onTerminal('--level', 'rbac:debug');
      await run.sees('[y/N] ');
      assert.match(
        run.said(),
        /these loggers change, and stay so until they are put back\n {2}rbac: warning → debug\n/,
      );
      assert.equal(admin.loggers.get('rbac'), 'warning');
      run.stdin.write(answer);
      assert.equal(await run.ended, code);
      assert.equal(admin.loggers.get('rbac'), level);
    });
  }

  test('the end of the input is no', async () => {
    const run = onTerminal('--level', 'rbac:debug');
    await run.sees('[y/N] ');
    run.stdin.end();
    assert.equal(await run.ended, 2);
    assert.deepEqual(changesAsked(), []);
  });

  test('Ctrl-C at the question changes nothing', async () => {
    const run = onTerminal('--level', 'rbac:debug');
    await run.sees('[y/N] ');
    run.stop.abort();
    assert.equal(await run.ended, 130);
    assert.deepEqual(changesAsked(), []);
  });
});

describe('for a while', () => {
  test('puts back what was before when the time is over', async () => {
    admin.loggers.set('http', 'info');
    const { code, stdout, stderr } = await log('--level', 'rbac:trace,http:debug', '--for', '50ms', '--yes');
    assert.equal(code, 0);
    assert.equal(stdout, 'rbac: warning → trace\nhttp: info → debug\n');
    assert.match(stderr, /putting back in 50ms, at \d{4}-.*Z; Ctrl-C or SIGTERM does it at once/);
    assert.match(stderr, /put back:\n {2}rbac: trace → warning\n {2}http: debug → info\n$/);
    assert.deepEqual(levelsOf('rbac', 'http'), ['warning', 'info']);
  });

  test('puts back all of them, each to its own', async () => {
    const before = new Map(admin.loggers);
    const { code, stdout } = await log('--level', 'trace', '--all', '--for', '10ms', '--yes');
    assert.equal(code, 0);
    assert.match(stdout, /misc: error → trace/);
    assert.deepEqual(admin.loggers, before);
  });

  test('puts back at once when told to stop', async () => {
    const run = onTerminal('--level', 'rbac:debug', '--for', '1h', '--yes');
    await run.sees('putting back in 1h');
    assert.equal(admin.loggers.get('rbac'), 'debug');
    run.stop.abort();
    assert.equal(await run.ended, 130);
    assert.equal(admin.loggers.get('rbac'), 'warning');
    assert.match(run.said(), /put back:\n {2}rbac: debug → warning\n$/);
  });

  test('a pod that went takes its loggers along', async () => {
    const run = onTerminal('--level', 'rbac:debug', '--for', '1h', '--yes');
    await run.sees('putting back in 1h');
    mesh.server.lead(CHECKOUT, 15_000, { kind: 'status', status: 404, body: 'pod not found' });
    run.stop.abort();
    assert.equal(await run.ended, 130);
    assert.match(run.said(), /is gone, and its loggers with it\n$/);
  });

  test('tries again where the way is broken for a moment', async () => {
    const run = onTerminal('--level', 'rbac:debug', '--for', '1h', '--yes');
    await run.sees('putting back in 1h');
    mesh.server.lead(CHECKOUT, 15_000, { kind: 'tcp', port: 1 });
    const tries = mesh.server.seen.length;
    run.stop.abort();
    while (mesh.server.seen.length === tries) await new Promise(setImmediate);
    mesh.server.lead(CHECKOUT, 15_000, { kind: 'tcp', port: admin.port });
    assert.equal(await run.ended, 130);
    assert.equal(admin.loggers.get('rbac'), 'warning');
  });

  test('an answer that was cut may have been obeyed: it is put back, and said', async () => {
    const run = onTerminal('--level', 'rbac:debug', '--for', '1h');
    await run.sees('[y/N] ');
    mesh.server.lead(CHECKOUT, 15_000, { kind: 'tcp', port: admin.port, cutAfterBytes: 60 });
    run.stdin.write('y\n');
    while (admin.loggers.get('rbac') !== 'debug') await new Promise(setImmediate);
    mesh.server.lead(CHECKOUT, 15_000, { kind: 'tcp', port: admin.port });
    assert.equal(await run.ended, 2);
    assert.equal(admin.loggers.get('rbac'), 'warning');
    assert.match(run.said(), /was cut.*; see what is set: meshladder config log checkout/);
  });
});

for (const [signal, code] of [
  ['SIGTERM', 130],
  ['SIGINT', 130],
] as const) {
  test(`the process itself puts back at ${signal}`, async () => {
    const words = ['config', 'log', CHECKOUT, '--level', 'rbac:debug', '--for', '1h', '--yes'];
    const child = startProcess([...words, '--kubeconfig', mesh.kubeconfig]);
    const exited = once(child, 'exit');
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    while (!said.includes('putting back in 1h')) await once(child.stderr, 'data');
    assert.equal(admin.loggers.get('rbac'), 'debug');
    child.kill(signal);
    assert.equal((await exited)[0], code);
    assert.equal(admin.loggers.get('rbac'), 'warning');
  });
}
