import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProxyInspection } from '../../../src/model/inspection.ts';
import { workloadVariants } from '../../../src/rungs/config-diff/variants.ts';
import { look, looks } from '../../support/inspection.ts';

/** A replica: when it was looked into, when it had last been sent routes, and what it held. */
function replica(name: string, at: number, sentAt: number | undefined, [held = '', kin = 'k']: readonly string[]) {
  const settled = sentAt === undefined ? {} : { routes: sentAt };
  return look('shop', name, { at, settled, workload: 'cart', kin, fingerprints: { routes: held } });
}

const cases: readonly (readonly [what: string, told: readonly ProxyInspection[], expected: string | undefined])[] = [
  ['replicas that agree', [replica('a', 100, 50, ['x']), replica('b', 110, 50, ['x'])], 'routes: 1 of 2 (b)'],
  ['replicas that do not', [replica('a', 100, 50, ['x']), replica('b', 110, 50, ['y'])], 'routes: 2 of 2 (b, a)'],
  ['one replica', [replica('a', 100, 50, ['x'])], undefined],
  ['a push between the looks', [replica('a', 100, 50, ['x']), replica('b', 110, 105, ['y'])], undefined],
  ['a push before both', [replica('a', 100, 99, ['x']), replica('b', 110, 100, ['y'])], 'routes: 2 of 2 (b, a)'],
  ['looks far apart', [replica('a', 100, 50, ['x']), replica('b', 401, 50, ['y'])], undefined],
  ['looks just near enough', [replica('a', 100, 50, ['x']), replica('b', 400, 50, ['y'])], 'routes: 2 of 2 (b, a)'],
  ['one that was not SYNCED', [replica('a', 100, undefined, ['x']), replica('b', 110, 50, ['y'])], undefined],
  ['a rollout under way', [replica('a', 100, 50, ['x', 'old']), replica('b', 110, 50, ['y', 'new'])], undefined],
  [
    'two groups, one of which disagrees',
    [
      replica('a', 100, 50, ['x', 'old']),
      replica('b', 110, 50, ['x', 'old']),
      replica('c', 110, 50, ['y', 'new']),
      replica('d', 110, 50, ['z', 'new']),
    ],
    'routes: 2 of 2 (c, d)',
  ],
  [
    'a newer look that nothing can be held against yet',
    [replica('a', 100, 50, ['x']), replica('b', 110, 50, ['y']), replica('c', 900, 800, ['x'])],
    'routes: 2 of 2 (b, a)',
  ],
  [
    'three replicas, two of them alike',
    [replica('a', 100, 50, ['x']), replica('b', 110, 50, ['y']), replica('c', 120, 50, ['x'])],
    'routes: 2 of 3 (c, b)',
  ],
];
for (const [what, told, expected] of cases) {
  test(`${what}: ${expected ?? 'nothing to compare'}`, () => {
    const [found] = workloadVariants(looks(...told));
    const text =
      found &&
      `${found.section}: ${found.variants} of ${found.replicas} (${found.examples.map(({ name }) => name).join(', ')})`;
    assert.equal(text, expected);
  });
}

test('endpoints are compared within one locality, other sections across all', () => {
  const at = (name: string, locality: string): ProxyInspection =>
    look('shop', name, {
      workload: 'cart',
      kin: 'k',
      locality,
      settled: { routes: 1, endpoints: 1 },
      fingerprints: { routes: 'x', endpoints: locality },
    });
  const found = workloadVariants(looks(at('a', 'r/z1/'), at('b', 'r/z2/')));
  assert.deepEqual(
    found.map(({ section, variants }) => [section, variants]),
    [['routes', 1]],
  );
});
