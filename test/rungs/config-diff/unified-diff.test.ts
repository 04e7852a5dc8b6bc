import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { findTool } from '../../../scripts/find-tool.ts';
import { placeOfLine } from '../../../src/rungs/config-diff/line-place.ts';
import { unifiedDiff } from '../../../src/rungs/config-diff/unified-diff.ts';

function pretty(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

test('equal texts have no difference', () => {
  assert.equal(unifiedDiff('{\n}', '{\n}'), '');
});

test('a hunk says what changed, and where', () => {
  const route = (weight: number): object => ({
    name: '8080',
    virtual_hosts: [
      { domains: ['*'], name: 'a:80', routes: [] },
      { name: 'b:80', routes: [{ name: 'canary', route: { clusters: [{ weight }], timeout: '2s' } }] },
    ],
  });
  assert.equal(
    unifiedDiff(pretty(route(50)), pretty(route(90))),
    `@@ -16,7 +16,7 @@ virtual_hosts[b:80].routes[canary].route.clusters
           "route": {
             "clusters": [
               {
-                "weight": 50
+                "weight": 90
               }
             ],
             "timeout": "2s"
`,
  );
});

test('what is in one text alone is all of a hunk', () => {
  assert.equal(unifiedDiff('', '{\n  "a": 1\n}'), '@@ -0,0 +1,3 @@\n+{\n+  "a": 1\n+}\n');
  assert.equal(unifiedDiff('[]', ''), '@@ -1,1 +0,0 @@\n-[]\n');
});

test('places of lines at the top, and in lists of lists, are told as far as they have names', () => {
  const lines = pretty({ a: 1, b: [[1, 2], { c: 3 }] }).split('\n');
  assert.equal(placeOfLine(lines, 1), '');
  assert.equal(placeOfLine(lines, 4), 'b');
  assert.equal(
    placeOfLine(
      lines,
      lines.findIndex((line) => line.includes('"c"')),
    ),
    'b',
  );
});

const patch = findTool('patch');
const folder = mkdtempSync(join(tmpdir(), 'unified-diff-'));
after(() => rmSync(folder, { recursive: true }));

test('patch(1) makes the second text of the first one', { skip: patch === undefined && 'patch is not here' }, () => {
  const text = fc
    .array(fc.constantFrom('  "a": 1', '  "b": {', '  }', '"x"'), { minLength: 1, maxLength: 40 })
    .map((lines) => lines.join('\n'));
  const [from, by] = [join(folder, 'from'), join(folder, 'by')];
  fc.assert(
    fc.property(text, text, (first, second) => {
      fc.pre(first !== second);
      writeFileSync(from, `${first}\n`);
      writeFileSync(by, `--- a\n+++ b\n${unifiedDiff(first, second)}`);
      execFileSync(patch ?? '', ['-s', '--posix', from, by]);
      assert.equal(readFileSync(from, 'utf8'), `${second}\n`);
    }),
    { numRuns: 40 },
  );
});
