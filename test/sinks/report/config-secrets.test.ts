import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { makeCertificate } from '../../../src/demo/tls/certificate.ts';
import { epochSecondsFromMs } from '../../../src/model/brand.ts';
import type { EnvoySecret } from '../../../src/model/envoy-secret.ts';
import { secretRow, secretTable } from '../../../src/sinks/report/config-secrets.ts';
import { formatConfigTable } from '../../../src/sinks/report/config-table.ts';
import { readEnvoyAnswer } from '../../../src/sources/envoy/read-answer.ts';
import { CHECKOUT, dumpPath } from '../../support/envoy-dump.ts';
import { fixturePath } from '../../support/syncz.ts';

const RECORDED = fixturePath('istioctl/pc-secret.checkout');
const NOON = epochSecondsFromMs(Date.parse('2026-11-21T12:00:00Z'));

async function secretsOf(chunks: readonly Uint8Array[]): Promise<readonly EnvoySecret[]> {
  const { config } = await readEnvoyAnswer(chunks, 1 << 24);
  return config?.secrets ?? [];
}

/** A dump with these secrets, as Envoy writes it. */
function dumpOf(...secrets: readonly object[]): Promise<readonly EnvoySecret[]> {
  const configs = [
    {
      '@type': 'type.googleapis.com/envoy.admin.v3.SecretsConfigDump',
      dynamic_active_secrets: secrets.map((secret, nth) => ({ name: `secret-${nth}`, secret })),
    },
  ];
  return secretsOf([Buffer.from(JSON.stringify({ configs }))]);
}

const lines = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().replaceAll(/ {2,}/g, '  '));

for (const [about, file] of [
  ["Envoy's dump", dumpPath(`healthy/${CHECKOUT}.envoy`)],
  ["istioctl's JSON", `${RECORDED}.json.gz`],
] as const) {
  test(`secrets of ${about} are listed as istioctl lists them`, async () => {
    const secrets = await secretsOf([readFileSync(file)]);
    const listed = formatConfigTable(secretTable(secrets, NOON));
    assert.deepEqual(lines(listed), lines(readFileSync(`${RECORDED}.txt`, 'utf8')));
  });
}

describe('what is told of a secret', () => {
  const root = makeCertificate('root');
  const leaf = makeCertificate('leaf', root, ['spiffe://cluster.local/ns/shop/sa/cart']);
  const inline = (text: string): object => ({ inline_bytes: Buffer.from(text).toString('base64') });

  test('a name with a comma or a quote is one name', async () => {
    const names = ['spiffe://cluster.local/ns/shop/sa/cart, DNS:pay.shop', 'spiffe://x/"y"'];
    const { cert } = makeCertificate('odd', root, names);
    const [secret] = await dumpOf({ tls_certificate: { certificate_chain: { inline_string: cert } } });
    assert.deepEqual(secret?.certificates[0]?.names.slice(-2), names);
  });

  test('of a chain the first, of those that are trusted each; of keys nothing', async () => {
    const key = { private_key: { inline_string: leaf.key } };
    const secrets = await dumpOf(
      { tls_certificate: { certificate_chain: { inline_string: leaf.cert + root.cert }, ...key } },
      { validation_context: { trusted_ca: inline(root.cert + leaf.cert) } },
      { session_ticket_keys: { keys: [{ inline_string: leaf.key }] } },
      { tls_certificate: { certificate_chain: { filename: '/etc/certs/cert-chain.pem' }, ...key } },
    );
    const now = epochSecondsFromMs(Date.now());
    const rows = secrets.map((secret) => secretRow(secret, now));
    assert.deepEqual(
      rows.map(({ type, certificates }) => `${type} ${certificates.length}`),
      ['certificate 1', 'ca 2', 'other 0', 'certificate 0'],
    );
    assert.ok(rows[0]?.certificates[0]?.names.includes('spiffe://cluster.local/ns/shop/sa/cart'));
    assert.ok(rows[0]?.certificates[0]?.valid);
    const told = JSON.stringify(secrets) + formatConfigTable(secretTable(secrets, now));
    assert.doesNotMatch(told, /PRIVATE|BEGIN/);
    assert.match(told, /^secret-2 +Other +ACTIVE +- +- +- +-$/m);
  });

  test('one that has ended, or has not begun, is not valid', async () => {
    const secrets = await dumpOf({ validation_context: { trusted_ca: inline(root.cert) } });
    const validAt = (days: number): boolean | undefined =>
      secretRow(secrets[0]!, epochSecondsFromMs(Date.now() + days * 86_400_000)).certificates[0]?.valid;
    assert.deepEqual([-3, 0, 3].map(validAt), [false, true, false]);
  });

  test('what is no certificate is said, and costs no other', async () => {
    const broken = '-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n';
    const body = { '@type': 'type.googleapis.com/envoy.admin.v3.SecretsConfigDump' };
    const entry = { name: 'a', secret: { validation_context: { trusted_ca: { inline_string: broken + root.cert } } } };
    const text = JSON.stringify({ configs: [{ ...body, dynamic_warming_secrets: [entry] }] });
    const { config } = await readEnvoyAnswer([Buffer.from(text)], 1 << 24);
    assert.deepEqual(config?.problems, ['a certificate of secret a cannot be read']);
    assert.deepEqual([config?.secrets?.[0]?.state, config?.secrets?.[0]?.certificates.length], ['warming', 1]);
  });
});
