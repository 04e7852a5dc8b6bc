import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NACK_REASONS, nackReason } from '../../src/model/nack-class.ts';
import { computingMs } from '../support/computing-ms.ts';
import { readSyncz } from '../support/syncz.ts';

/** Rejections of real proxies, by proxy and type. */
const RECORDED: readonly (readonly [file: string, expected: Readonly<Record<string, string>>])[] = [
  [
    'nack/syncz.json',
    {
      'nack-proxy-7f6d5c4b3a-bbbbb cds': 'other',
      'nack-proxy-7f6d5c4b3a-bbbbb lds': 'other',
      'nack-proxy-7f6d5c4b3a-bbbbb rds': 'other',
      'reviews-v2-556d6457d-hn5vc lds': 'unknown_filter_or_type',
    },
  ],
  ['syncz/nack-never-acked-LDS.json', { 'payment-svc-v1-6d8f9b7c5d-2xkqp lds': 'file_access' }],
];

describe('recorded rejections', () => {
  for (const [file, expected] of RECORDED) {
    test(file, async () => {
      const found: Record<string, string> = {};
      for (const { name, types } of (await readSyncz(file)).proxies) {
        for (const [type, { error }] of Object.entries(types)) {
          if (error !== undefined) found[`${name} ${type}`] = nackReason(error);
        }
      }
      assert.deepEqual(found, expected);
    });
  }

  test('the same words in a proxy log', () => {
    const log = readFileSync(new URL('../fixtures/incident/loglines/nack.text.log', import.meta.url), 'utf8');
    assert.equal(nackReason(log), 'unknown_filter_or_type');
  });
});

/** Texts that Envoy's sources put together, with names filled in. */
const TEXTS: readonly (readonly [text: string, reason: string])[] = [
  [
    "Error adding/updating listener(s) 0.0.0.0_80: error adding listener '0.0.0.0:80': filter chain 'b' has the same matching rules defined as 'a'",
    'duplicate_listener_or_filter_chain',
  ],
  [
    "Error adding/updating listener(s) x: error adding listener '0.0.0.0_15001': multiple filter chains with the same matching rules are defined",
    'duplicate_listener_or_filter_chain',
  ],
  [
    "error adding listener: 'b' has duplicate address '0.0.0.0:80' as existing listener",
    'duplicate_listener_or_filter_chain',
  ],
  ['duplicate cluster outbound|80||a found', 'duplicate_listener_or_filter_chain'],
  ["cannot bind '10.0.0.1:80': Address already in use", 'address_in_use'],
  ["Didn't find a registered implementation for name: 'envoy.filters.http.nope'", 'unknown_filter_or_type'],
  ["could not find @type 'type.googleapis.com/foo.Bar'", 'unknown_filter_or_type'],
  ["route: unknown cluster 'outbound|80||gone.shop.svc.cluster.local'", 'unknown_cluster'],
  ["route: unknown weighted cluster 'outbound|80|v2|a'", 'unknown_cluster'],
  ['Unable to create Wasm HTTP filter my-filter', 'wasm'],
  ["script load error: [string \"function\"]:3: '=' expected near 'x'", 'lua'],
  ['Failed to load certificate chain from <inline>, only P-256 ECDSA certificates are supported', 'certificate'],
  ['Invalid path: /etc/certs/cert-chain.pem', 'file_access'],
  ['Failed to load private key from <inline>, Cause: error:0900006e', 'certificate'],
  [
    'Proto constraint validation failed (ClusterValidationError.ConnectTimeout: value must be greater than 0s)',
    'protobuf_validation',
  ],
  [
    'Protobuf message (type envoy.config.cluster.v3.Cluster reason INVALID_ARGUMENT: no such field) has unknown fields',
    'protobuf_validation',
  ],
  ['Only unique values for domains are permitted. Duplicate entry of domain a.shop', 'invalid_route'],
  ['Only a single wildcard domain is permitted in route http.80', 'invalid_route'],
  ["Invalid regex '(a': missing ): (a", 'invalid_regex'],
  ["regex '.*' RE2 program size of 200 > max program size of 100", 'invalid_regex'],
  ['std::bad_alloc', 'internal'],
  ['', 'other'],
  ['something never seen', 'other'],
];

describe('rejections in Envoy’s words', () => {
  for (const [text, reason] of TEXTS) test(text.slice(0, 70), () => assert.equal(nackReason(text), reason));

  test('every reason is met', () => {
    const met = new Set([...TEXTS.map(([, reason]) => reason), 'file_access']);
    assert.deepEqual(
      NACK_REASONS.filter((reason) => !met.has(reason)),
      [],
    );
  });
});

test('any text, however long, has one of the reasons, and soon', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 5000, unit: 'binary' }), (text) => NACK_REASONS.includes(nackReason(text))),
  );
  for (const piece of ['virtual host ', 'regex ', 'file ', 'route redirect ', 'filter chain ']) {
    const tookMs = computingMs(() => nackReason(piece.repeat(500)));
    assert.ok(tookMs < 50, `${piece} took ${tookMs} ms`);
  }
});
