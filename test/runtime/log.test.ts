import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, type LogFormat, type LogLevel } from '../../src/runtime/log.ts';
import { logfmtLine } from '../../src/runtime/logfmt.ts';

function written(format: LogFormat, level: LogLevel, write: (log: ReturnType<typeof createLog>) => void): string[] {
  const lines: string[] = [];
  write(createLog({ write: (text: string) => lines.push(text) }, level, format));
  return lines;
}

test('json: one object a line, level as a word, time in ISO form, child fields on each line', () => {
  const [line] = written('json', 'info', (log) => log.child({ source: 'istiod' }).warn({ polls: 3 }, 'poll failed'));
  const { time, ...rest } = JSON.parse(line ?? '') as Record<string, unknown>;
  assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(rest, { level: 'warn', source: 'istiod', polls: 3, msg: 'poll failed' });
});

test('lines below the level are not written', () => {
  const lines = written('json', 'warn', (log) => {
    log.debug({}, 'no');
    log.info({}, 'no');
    log.error({}, 'yes');
  });
  assert.equal(lines.length, 1);
});

test('secrets are redacted at the top and below it', () => {
  const secrets = { token: 's3cret', request: { authorization: 's3cret', options: { headers: ['s3cret'] } } };
  for (const format of ['json', 'logfmt'] as const) {
    const [line] = written(format, 'info', (log) => log.info(secrets, 'asked'));
    assert.doesNotMatch(line ?? '', /s3cret/);
    assert.match(line ?? '', /redacted/);
  }
});

test('logfmt: plain words bare, all else quoted, nested fields dotted', () => {
  const [line] = written('logfmt', 'info', (log) =>
    log.info({ url: 'http://a:1/x', list: [1, 'b'], words: ['a', 'b'], inner: { ok: true }, empty: '' }, 'two words'),
  );
  assert.match(
    line ?? '',
    /^time=\S+ level=info msg="two words" url=http:\/\/a:1\/x list="\[1,\\"b\\"\]" words=a,b inner\.ok=true empty=""\n$/,
  );
});

test('logfmt: a forged newline or colour stays inside its quotes', () => {
  const [line] = written('logfmt', 'info', (log) => log.info({ detail: 'x\nlevel=error \u001b[31mred' }, 'said'));
  assert.equal(line?.trimEnd().split('\n').length, 1);
  assert.ok(!line?.includes('\u001b'));
});

test('logfmt: an error gives its stack on error lines only', () => {
  const failure = new Error('broken');
  const [error, warning] = written('logfmt', 'info', (log) => {
    log.error({ err: failure }, 'failed');
    log.warn({ err: failure }, 'failed');
  });
  assert.match(error ?? '', /err\.message=broken err\.stack="Error: broken/);
  assert.doesNotMatch(warning ?? '', /stack/);
});

test('logfmt: what is no JSON passes unchanged', () => {
  assert.equal(logfmtLine('plain\n'), 'plain\n');
});

test('what a message says of its cause is said once; what only the cause says is said too', () => {
  const cause = new Error('its format is 2');
  const [once, both] = written('logfmt', 'info', (log) => {
    log.warn({ err: new Error('a.json cannot be used: its format is 2', { cause }) }, 'starting without');
    log.warn({ err: new Error('a.json cannot be used', { cause }) }, 'starting without');
  });
  for (const line of [once, both])
    assert.match(line ?? '', /err\.message="a\.json cannot be used: its format is 2"\n$/);
});

test('what is thrown and is no error is written as it is', () => {
  const [line] = written('logfmt', 'info', (log) => log.warn({ err: 'a word' }, 'failed'));
  assert.match(line ?? '', /err="a word"\n$/);
});
