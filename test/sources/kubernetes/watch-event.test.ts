import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readWatchEvent } from '../../../src/sources/kubernetes/watch-event.ts';
import { recordedText } from './recordings.ts';

/** The lines of a recorded watch: each is preceded by its time of arrival, or by nothing. */
function recordedLines(path: string, heading: RegExp): string[] {
  const section = recordedText(path)
    .split('\n### ')
    .find((part) => heading.test(part));
  assert.ok(section !== undefined, `${heading} is in ${path}`);
  return section.split('\n').flatMap((line) => /^(?:\s*[\d.]+s\s+)?(\{"type".*)$/.exec(line)?.[1] ?? []);
}

describe('watch events', () => {
  it('read a recorded watch: changes, deletions, bookmarks', () => {
    const events = recordedLines('kubeapi/07-watch.txt', /watch from resourceVersion=1228/).map((text) =>
      readWatchEvent({ text }),
    );
    assert.deepEqual(
      events.map((event) => [event.type, 'version' in event ? event.version : undefined]),
      [
        ['changed', '1230'],
        ['changed', '1236'],
        ['changed', '1237'],
        ['changed', '1239'],
        ['changed', '1240'],
        ['changed', '1241'],
        ['deleted', '1242'],
        ['deleted', '1250'],
        ['bookmark', '1302'],
        ['bookmark', '1309'],
        ['bookmark', '1309'],
      ],
    );
  });

  it('read the recorded end of a version that is too old', () => {
    const [line] = recordedLines('kubeapi/08-410-gone.txt', /^watch from resourceVersion 1231/);
    const event = readWatchEvent({ text: line! });
    assert.ok(event.type === 'error');
    assert.equal(event.error.status, 410);
    assert.deepEqual(event.error.reason, {
      code: 'invalid',
      detail: 'the watch ended with an error event: 410 too old resource version: 1231 (1240)',
    });
  });

  const broken = [
    { line: { text: 'hello' }, detail: 'a line is no watch event' },
    { line: { text: 'null' }, detail: 'a line is no watch event' },
    { line: { text: '[]' }, detail: 'a line is no watch event' },
    { line: { text: '{"type":"ADDED"}' }, detail: 'a line is no watch event' },
    { line: { text: '{"type":"ADDED","object":[]}' }, detail: 'a line is no watch event' },
    { line: { text: '{"type":7,"object":{}}' }, detail: 'a watch event is of no known type' },
    { line: { droppedBytes: 9_000_000 }, detail: 'a line of 9000000 bytes is too long' },
  ];
  for (const { line, detail } of broken) {
    it(`call ${JSON.stringify(line)} broken`, () => {
      assert.deepEqual(readWatchEvent(line), { type: 'broken', detail });
    });
  }

  it('read an error without code or words', () => {
    const event = readWatchEvent({ text: '{"type":"ERROR","object":{}}' });
    assert.ok(event.type === 'error');
    assert.match(event.error.message, /no code no message/);
  });

  it('never throw, whatever comes', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ type: fc.constantFrom('ADDED', 'DELETED', 'BOOKMARK', 'ERROR', 'X'), object: fc.jsonValue() })
        .map((event) => JSON.stringify(event)),
    );
    fc.assert(fc.property(anything, (text) => typeof readWatchEvent({ text }).type === 'string'));
  });
});
