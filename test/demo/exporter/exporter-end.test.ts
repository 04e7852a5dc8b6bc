import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExporterEnd, lostExporter } from '../../../src/demo/exporter/exporter-end.ts';

const STARTED = '{"level":"info","time":"2026-01-01T00:00:00Z","msg":"started"}';
const BLOCKED = '{"level":"warn","missedTicks":3,"msg":"the event loop was blocked"}';
const FAILED = '{"level":"error","err":{"type":"Error","message":"no space left"},"msg":"the exporter failed"}';

const CASES: readonly [about: string, end: ExporterEnd, words: readonly string[], exitCode?: number][] = [
  [
    'killed',
    { lines: [STARTED], code: null, signal: 'SIGKILL' },
    [
      'the exporter was ended by SIGKILL, and the demo ends with it: start the demo again',
      'Where nobody ended it, the machine had no memory left for it: leave --proxies out, or take fewer.',
    ],
  ],
  [
    'stopped by somebody else',
    { lines: [STARTED, BLOCKED], code: 0, signal: null },
    [
      'the exporter was told to stop by somebody else, and the demo ends with it: start the demo again',
      '  warn: the event loop was blocked',
    ],
    0,
  ],
  [
    'failed',
    { lines: [STARTED, FAILED, 'meshladder: the exporter failed; the log says why'], code: 1, signal: null },
    [
      'the exporter ended with code 1, and the demo ends with it: start the demo again',
      '  error: the exporter failed: no space left',
      '  meshladder: the exporter failed; the log says why',
      '--keep leaves its whole log behind.',
    ],
    1,
  ],
  [
    'asked for what cannot be',
    {
      lines: ['meshladder: 127.0.0.1:19012 cannot be listened on; set --web.listen-address to another'],
      code: 2,
      signal: null,
    },
    ['127.0.0.1:19012 cannot be listened on; set --listen to another'],
    2,
  ],
];

for (const [about, end, words, exitCode] of CASES) {
  test(`an exporter that was ${about}: what happened and what to do`, () => {
    const lost = lostExporter(end);
    assert.deepEqual(lost.message.split('\n'), words);
    assert.equal(lost.exitCode, exitCode);
  });
}
