import { existsSync } from 'node:fs';

/**
 * Tests that take longest: they begin first. Those that mostly wait for a clock stand between those that compute, for what
 * begins together runs together.
 */
const LONG: readonly string[] = [
  'test/live/demo-alerts.test.ts',
  'test/live/incident-alerts.test.ts',
  'test/alerts/rules.test.ts',
  'test/demo/once.test.ts',
  'test/live/page.test.ts',
  'test/app/handover.test.ts',
  'test/demo/missed-incidents.test.ts',
  'test/live/dashboards.test.ts',
  'test/meta/image.test.ts',
  'test/cli/check.test.ts',
  'test/demo/missed.test.ts',
  'test/demo/stop.test.ts',
  'test/meta/package.test.ts',
  'test/cli/bundle.test.ts',
];

/** @returns these test files in the order to begin them; @throws Error where a file that is said to take long is gone */
export function inOrder(files: readonly string[]): readonly string[] {
  const gone = LONG.filter((file) => !existsSync(file));
  if (gone.length > 0) throw new Error(`scripts/test-order.ts names ${gone.join(', ')}: not there any more`);
  const first = LONG.filter((file) => files.includes(file));
  return [...first, ...files.filter((file) => !first.includes(file)).toSorted()];
}
