import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testRegex } from '../../src/cli/trace-regex.ts';
import { computingMs } from '../support/computing-ms.ts';
import { CHECKOUT, dumpPath, GATEWAY } from '../support/envoy-dump.ts';
import { assertGolden } from '../support/golden.ts';
import { runCli } from '../support/run-cli.ts';

const FILES: Readonly<Record<string, string>> = {
  'checkout.json': dumpPath(`healthy/${CHECKOUT}.envoy`),
  'gateway.json': dumpPath(`healthy/${GATEWAY}.envoy`),
  'no-eds.json': dumpPath(`healthy/${CHECKOUT}.envoy-without-eds`),
  'clusters.json': dumpPath(`healthy/${CHECKOUT}.clusters`),
};

const GOLDEN: readonly (readonly [file: string, ...args: string[]])[] = [
  ['trace-help', '--help'],
  ['trace-canary', '-f', 'checkout.json', 'payment-svc.payment:8080/pay'],
  ['trace-canary-json', '-f', 'checkout.json', 'payment-svc.payment:8080/pay', '-o', 'json'],
  ['trace-header', '-f', 'checkout.json', 'reviews.bookinfo:9080/', '--header', 'end-user: jason'],
  ['trace-no-endpoints', '-f', 'checkout.json', 'ghost:8080'],
  ['trace-passthrough', '-f', 'checkout.json', 'http://example.com/'],
  ['trace-no-listener', '-f', 'checkout.json', 'https://example.com'],
  ['trace-tcp', '-f', 'checkout.json', 'ledger-db:5432', '--protocol', 'tcp'],
  ['trace-inbound', '-f', 'checkout.json', 'checkout:8080', '--inbound'],
  ['trace-inbound-plaintext', '-f', 'checkout.json', 'checkout:8080', '--inbound', '--protocol', 'http'],
  ['trace-gateway', '-f', 'gateway.json', 'bookinfo.example.com:8080/productpage'],
  ['trace-gateway-port', '-f', 'gateway.json', 'bookinfo.example.com:80/productpage'],
  ['trace-gateway-no-route', '-f', 'gateway.json', 'bookinfo.example.com:8080/nowhere'],
  ['trace-gateway-no-host', '-f', 'gateway.json', 'example.org:8080/'],
  ['trace-endpoints-unknown', '-f', 'no-eds.json', 'details.bookinfo:9080'],
  ['trace-with-clusters', '-f', 'no-eds.json', '-f', 'clusters.json', 'details.bookinfo:9080'],
  ['trace-pod', 'cart-1.shop', 'details.bookinfo:9080'],
  ['trace-no-dump', 'details.bookinfo:9080'],
  ['trace-bad-target', '-f', 'checkout.json', 'details'],
  ['trace-bad-port', '-f', 'checkout.json', 'details:99999'],
  ['trace-bad-header', '-f', 'checkout.json', 'details:80', '--header', 'jason'],
  ['trace-bad-protocol', '-f', 'checkout.json', 'details:80', '--protocol', 'udp'],
  ['trace-bad-output', '-f', 'checkout.json', 'details:80', '-o', 'table'],
];
for (const [name, ...args] of GOLDEN) {
  test(`meshladder trace ${args.join(' ')} (${name})`, async () => {
    const { stdout, stderr, code } = await runCli(['trace', ...args.map((arg) => FILES[arg] ?? arg)]);
    const told = stderr === '' ? '' : `--- stderr\n${stderr}`;
    await assertGolden(
      `cli/${name}.txt`,
      `$ meshladder trace ${args.join(' ')}\n${stdout}${told}--- exit code ${code}\n`,
    );
  });
}

describe('regular expressions', () => {
  const cases: readonly (readonly [pattern: string, text: string, matches: boolean | undefined])[] = [
    ['/v[0-9]+', '/v12', true],
    ['/v', '/v1', false],
    ['(?i)/A', '/a', true],
    ['(?P<version>v1|v2)', 'v2', true],
    ['[[:alpha:]]+', 'abc', undefined],
    ['(', '(', undefined],
    ['(a+)+$', `${'a'.repeat(40)}!`, undefined],
    ['x'.repeat(5_000), 'x', undefined],
  ];
  for (const [pattern, text, matches] of cases) {
    test(`${pattern.slice(0, 20)} and ${text.slice(0, 20)}: ${matches ?? 'cannot be told'}`, () => {
      const tookMs = computingMs(() => assert.equal(testRegex(pattern, text), matches));
      assert.ok(tookMs < 2_000, `${tookMs} ms`);
    });
  }
});
