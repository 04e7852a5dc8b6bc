import type { TestEvent } from 'node:test/reporters';

/**
 * The last line of a test run: `N passed, N failed`, with `, N skipped` where tests were. Suites are not counted; a
 * file that does not load is a failed test.
 */
// biome-ignore lint/style/noDefaultExport: node takes a reporter as a module's default export.
export default async function* summary(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let line = '0 passed, 1 failed';
  for await (const event of source) {
    // Each file has a summary too; the whole run's is the one without a file.
    if (event.type !== 'test:summary' || event.data.file !== undefined) continue;
    const { tests, passed, skipped, todo } = event.data.counts;
    const left = skipped + todo;
    line = `${passed} passed, ${tests - passed - left} failed${left > 0 ? `, ${left} skipped` : ''}`;
  }
  yield `${line}\n`;
}
