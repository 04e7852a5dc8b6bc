import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import type { SourceError } from '../../../src/model/source-error.ts';
import { createListLog, type ListLog } from '../../../src/sources/kubernetes/list-log.ts';

const REFUSED: SourceError = { code: 'refused', detail: 'GET /api/v1/pods: connect ECONNREFUSED 10.0.0.1:443' };
const LATE: SourceError = { code: 'timeout', afterMs: 10, detail: 'GET /api/v1/pods: no answer' };
const DENIED: SourceError = { code: 'denied', status: 403, detail: 'GET /api/v1/pods: HTTP 403 forbidden' };
const BUSY: SourceError = { code: 'refused', detail: 'GET /api/v1/pods: HTTP 429 too many requests' };

const LISTS = ['pods', 'services', 'namespaces', 'deployments', 'gateways'];

describe('what is logged of lists that fail', () => {
  let lines: string[];
  let lists: ListLog;
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    lines = [];
    const take = (level: string) => (fields: object, message: string) => {
      const { list, lists: many, of, reason } = fields as Record<string, unknown>;
      const about = many === undefined ? [list, reason] : [`${String(many)} of ${String(of)}`, reason];
      lines.push([level, ...about.filter((each) => each !== undefined), message].join(' '));
    };
    lists = createListLog({ debug: () => {}, info: take('info'), warn: take('warn'), error: take('error') });
    for (const list of LISTS) lists.ok(list);
  });
  const wait = (): void => {
    mock.timers.tick(2_000);
  };
  afterEach(() => mock.timers.reset());

  test('a server that is gone: one line, with how many lists; one when it is back', () => {
    for (const list of LISTS) lists.failed(list, REFUSED);
    assert.deepEqual(lines, []);
    wait();
    const out = 'warn 5 of 5 refused the API server cannot be reached';
    assert.deepEqual(lines, [out]);
    for (const list of LISTS) lists.failed(list, REFUSED);
    wait();
    for (const list of LISTS.slice(1)) lists.ok(list);
    assert.deepEqual(lines, [out]);
    lists.ok('pods');
    assert.deepEqual(lines, [out, 'info the API server answers again']);
  });

  test('one that is silent is told as that', () => {
    for (const list of LISTS) lists.failed(list, LATE);
    wait();
    assert.deepEqual(lines, ['warn 5 of 5 timeout the API server does not answer']);
  });

  test('one list is told by its name, once, and when it is back', () => {
    lists.failed('pods', REFUSED);
    wait();
    lists.failed('pods', REFUSED);
    wait();
    lists.ok('pods');
    assert.deepEqual(lines, [
      'warn pods refused kubernetes list is not current',
      'info pods kubernetes list is current again',
    ]);
  });

  test('a watch that is cut and comes back at once is no news', () => {
    for (const list of LISTS) lists.failed(list, REFUSED);
    for (const list of LISTS) lists.ok(list);
    wait();
    assert.deepEqual(lines, []);
  });

  for (const error of [DENIED, BUSY]) {
    test(`an answer (${error.detail.slice(18)}) is told of each list at once`, () => {
      for (const list of ['pods', 'services', 'gateways']) lists.failed(list, error);
      lists.failed('pods', error);
      assert.deepEqual(
        lines,
        ['pods', 'services', 'gateways'].map((list) => `warn ${list} ${error.code} kubernetes list is not current`),
      );
    });
  }

  test('a server that is back, and now forbids a list: both are told', () => {
    for (const list of LISTS) lists.failed(list, REFUSED);
    wait();
    for (const list of LISTS.slice(1)) lists.ok(list);
    lists.failed('pods', DENIED);
    assert.deepEqual(lines.slice(1), [
      'warn pods denied kubernetes list is not current',
      'info the API server answers again',
    ]);
  });

  test('after it is stopped nothing is said', () => {
    for (const list of LISTS) lists.failed(list, REFUSED);
    lists.stop();
    wait();
    assert.deepEqual(lines, []);
  });
});
