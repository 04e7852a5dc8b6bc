import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { findingsApi } from '../../src/app/findings-api.ts';
import { createMesh } from '../../src/app/mesh.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import { DEFAULT_SETTINGS } from '../../src/model/settings.ts';
import { NO_HISTORY } from '../../src/model/sync-history.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';

const clock = { now: () => epochSeconds(1_700_000_000), monotonicMs: () => 0 };
const mesh = createMesh({ settings: DEFAULT_SETTINGS, clock, history: NO_HISTORY });
const api = findingsApi(mesh);
let body: ((query: URLSearchParams) => unknown) | undefined;
const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
  response.statusCode = pathname === '/api/v1/findings' ? 200 : 404;
  response.end(JSON.stringify((body ?? api.document)(searchParams)));
});
let url: string;

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

const ask = (...args: readonly string[]): Promise<CliResult> => runCli(['analyze', '--server', url, ...args]);

describe('analyze --server', () => {
  test('before the first analysis nothing is said to be well', async () => {
    const { code, stderr } = await ask();
    assert.equal(code, 2);
    assert.match(stderr, /has not analysed anything yet/);
  });

  test('tells findings, since when, and what could not be looked for', async () => {
    const object = { kind: 'VirtualService', namespace: 'shop', name: 'web' };
    const legacy = { kind: 'Namespace', namespace: '', name: 'legacy' };
    mesh.setAnalysis({
      findings: [
        { code: 'IST0101', level: 'Error', object, text: 'It names the host "gone", and there is none.' },
        { code: 'IST0102', level: 'Info', object: legacy, text: 'Nothing here says.' },
      ],
      suppressed: [{ code: 'IST0118', level: 'Info', object, text: 'x' }],
      unknown: [{ codes: ['IST0161'], why: 'Secrets are not read' }],
    });
    const all = await ask();
    assert.equal(all.code, 1);
    assert.match(all.stdout, /Error {3}IST0101 {2}VirtualService\/shop\/web\n.*"gone".* Since\s+2023-11-14T22:13:20/);
    assert.match(all.stdout, /1 Error, 1 Info, 1 suppressed\./);
    assert.match(all.stdout, /IST0161; for Secrets are not read/);
    const quiet = await ask('-n', 'legacy', '-o', 'json', '--suppress', 'IST0102');
    assert.equal(quiet.code, 0);
    const document = JSON.parse(quiet.stdout) as { readonly findings: unknown; readonly suppressed: number };
    assert.deepEqual([document.findings, document.suppressed], [[], 1]);
  });

  test('files, Secrets and findings of others are not the exporter’s', async () => {
    const { code, stderr } = await ask('objects.yaml');
    assert.equal(code, 2);
    assert.match(stderr, /--server and files: give one of them/);
    assert.match((await ask('--secrets')).stderr, /--server and --secrets/);
  });

  const STRANGE: readonly (readonly [what: string, answer: unknown])[] = [
    ['no object', []],
    ['findings of another shape', { at: 'x', analysedAt: 'x', suppressed: 0, unknown: [], findings: [{ code: 1 }] }],
    ['half of what there is when nothing was analysed', { at: 'x', analysedAt: null, findings: [] }],
  ];
  for (const [what, answer] of STRANGE) {
    test(`an answer that is none: ${what}`, async () => {
      body = () => answer;
      const { code, stderr } = await ask();
      body = undefined;
      assert.equal(code, 2);
      assert.match(stderr, /is not what a meshladder exporter answers/);
    });
  }
});
