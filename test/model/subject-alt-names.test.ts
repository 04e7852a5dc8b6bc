import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subjectAltNames } from '../../src/model/subject-alt-names.ts';

/** As Node writes them (`X509Certificate.subjectAltName`). */
const ALT_NAMES: readonly (readonly [text: string, names: readonly string[] | undefined])[] = [
  ['DNS:a, IP Address:0:0:0:0:0:0:0:1, URI:spiffe://x/y', ['DNS a', 'IP Address 0:0:0:0:0:0:0:1', 'URI spiffe://x/y']],
  ['DNS:"a, DNS:b", email:x@y', ['DNS a, DNS:b', 'email x@y']],
  ['othername:<unsupported>, DNS:c', ['othername <unsupported>', 'DNS c']],
  ['DirName:CN = x\\, y, DNS:c', undefined],
  ['', []],
];
for (const [text, names] of ALT_NAMES) {
  test(`the names of ${JSON.stringify(text)}`, () =>
    assert.deepEqual(
      subjectAltNames(text)?.map(({ kind, value }) => `${kind} ${value}`),
      names,
    ));
}
