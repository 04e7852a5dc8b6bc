import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, readSource } from '../support/source-files.ts';

const sources = filesBelow('src', /\.ts$/).filter(
  (file) => !file.startsWith('src/sources/access-log/scanner/assembly/'),
);
const own = [
  ...sources,
  ...filesBelow('test', /\.ts$/),
  ...filesBelow('scripts', /\.(ts|js)$/),
  ...filesBelow('bench', /\.ts$/),
];
const pages = ['README.md', 'CHANGELOG.md', ...filesBelow('docs', /\.md$/)];

test('no source file is longer than 300 lines', () => {
  const long = sources
    .map((file) => [file, readSource(file).split('\n').length - 1] as const)
    .filter(([, lines]) => lines > 300);
  assert.deepEqual(long, []);
});

test('no file is a drawer for everything', () => {
  const drawers = own.filter((file) => /\/(utils?|helpers?|types?|common|misc|shared)\.ts$/.test(file));
  assert.deepEqual(drawers, []);
});

test('file names are kebab-case', () => {
  const wrong = own.filter(
    (file) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.(ts|js)$/.test(file),
  );
  assert.deepEqual(wrong, []);
});

/** Built from pieces, so that this file does not hold them. */
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);

test('nothing is left unfinished or commented as such', () => {
  const wrong = [...own, ...pages].filter((file) => UNFINISHED.test(readSource(file)));
  assert.deepEqual(wrong, []);
});

test('no test is singled out, and none skipped without a reason', () => {
  const tests = own.filter((file) => file.endsWith('.test.ts'));
  const wrong = tests.filter((file) =>
    /\b(test|it|describe)\.(only|skip|todo)\b|\bskip: true\b|\bonly: true\b/.test(readSource(file)),
  );
  assert.deepEqual(wrong, []);
});

test('nothing imports from a folder beside the repository', () => {
  const outside = own.filter((file) => /['"`](\.\.\/)+shared\//.test(readSource(file)));
  assert.deepEqual(outside, []);
});
