import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AnalysisFinding } from '../../src/model/analysis.ts';
import { isSuppressed, readSuppression } from '../../src/model/suppression.ts';

function finding(code: string, kind: string, namespace: string, name: string): AnalysisFinding {
  return { code, level: 'Info', object: { kind, namespace, name }, text: '' };
}

describe('a suppression', () => {
  const cases: readonly (readonly [text: string, object: readonly [string, string, string], isHidden: boolean])[] = [
    ['IST0102', ['Namespace', '', 'legacy'], true],
    ['IST0103', ['Namespace', '', 'legacy'], false],
    ['IST0102=Namespace/legacy', ['Namespace', '', 'legacy'], true],
    ['IST0102=Namespace/other', ['Namespace', '', 'legacy'], false],
    ['IST0102=namespace/legacy', ['Namespace', '', 'legacy'], true],
    ['IST0102=Service/shop/*', ['Service', 'shop', 'web'], true],
    ['IST0102=Service/shop/w*', ['Service', 'shop', 'web'], true],
    ['IST0102=Service/shop/w*', ['Service', 'blog', 'web'], false],
    ['IST0102=*/shop/web', ['Service', 'shop', 'web'], true],
    ['IST0102=Service/*', ['Service', 'shop', 'web'], false],
    ['IST0102=Service/shop/we.', ['Service', 'shop', 'web'], false],
  ];
  for (const [text, [kind, namespace, name], isHidden] of cases) {
    test(`${text} and ${kind}/${namespace}/${name}`, () => {
      const suppression = readSuppression(text);
      assert.ok(suppression);
      assert.equal(isSuppressed(finding('IST0102', kind, namespace, name), [suppression]), isHidden);
    });
  }

  for (const text of [
    '',
    'ist0102',
    'IST0102=',
    'IST0102=Namespace',
    'IST0102=a/b/c/d',
    'IST0102=Service//web',
    'IST0102 Namespace/x',
  ]) {
    test(`"${text}" is none`, () => assert.equal(readSuppression(text), undefined));
  }
});
