import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/run-cli.ts';

const URL = '--url http://127.0.0.1:1';
const SERVER = '--server http://127.0.0.1:1';
const CONFIGURED = 'with --server: an exporter asks istiods in the way that it is configured; leave it out';
const SAVED = 'with saved answers: no istiod is asked; leave it out';
const ONE = '--token-file and --request-token: give one of them';
const NO_CLUSTER = '--request-token with --url: there is no cluster to make a token; give --token-file';
const NO_CA = "--access xds with --url: give --ca-file too, a file of the mesh's root certificate";

/** What makes no sense together, and what is said of it before anything is asked or read. */
const REFUSED: readonly (readonly [argv: string, said: string])[] = [
  ['status --token-file t --request-token default', ONE],
  ['check --token-file t --request-token default', ONE],
  ['diff a.b --token-file t --request-token default', ONE],
  [`status ${URL} --request-token default`, NO_CLUSTER],
  [`status ${URL} --request-token default --ca-file c`, NO_CLUSTER],
  [`diff a.b ${URL} --envoy e --request-token default`, NO_CLUSTER],
  [`status ${URL} --access xds`, NO_CA],
  [`diff a.b ${URL} --envoy e --access xds`, NO_CA],
  [`status ${SERVER} --access xds`, `--access xds ${CONFIGURED}`],
  [`status ${SERVER} --ca-file c`, `--ca-file ${CONFIGURED}`],
  [`status ${SERVER} --token-file t`, `--token-file ${CONFIGURED}`],
  [`check ${SERVER} --access http`, `--access http ${CONFIGURED}`],
  [`check ${SERVER} --request-token default`, `--request-token ${CONFIGURED}`],
  ['status --syncz s --access xds', `--access xds ${SAVED}`],
  ['status --syncz s --ca-file c', `--ca-file ${SAVED}`],
  ['diff a.b --istiod i --ca-file c', `--ca-file ${SAVED}`],
  ['diff --istiod i --envoy e --token-file t', `--token-file ${SAVED}`],
];
for (const [argv, said] of REFUSED) {
  test(`meshladder ${argv}`, async () => {
    assert.deepEqual(await runCli(argv.split(' ')), { code: 2, stdout: '', stderr: `meshladder: ${said}\n` });
  });
}

/** What makes sense goes on, to where nobody is. */
const TAKEN: readonly string[] = [
  `status ${URL} --access http`,
  `status ${URL} --token-file /dev/null/t`,
  `status ${SERVER} --access auto`,
  'status --kubeconfig /dev/null/k --access xds --request-token default',
  `check ${URL} --kubeconfig /dev/null/k --access xds --request-token default`,
];
for (const argv of TAKEN) {
  test(`meshladder ${argv}: is no wrong use`, async () => {
    const { code, stderr } = await runCli(argv.split(' '));
    assert.equal(code, 2);
    assert.match(stderr, /127\.0\.0\.1:1|\/dev\/null/);
  });
}
