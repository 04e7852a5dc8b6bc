import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceError } from '../../../src/model/source-error.ts';
import type { Asked, Way } from '../../../src/sources/istiod/access.ts';
import { AskError } from '../../../src/sources/istiod/ask-error.ts';
import type { IstiodTarget } from '../../../src/sources/istiod/discover.ts';
import { eitherWay, RETRY_HTTP_MS, RETRY_OTHER_MS } from '../../../src/sources/istiod/either-way.ts';
import { virtualTime } from '../../support/virtual-time.ts';

const NEVER = new AbortController().signal;
const POLL_MS = 10_000;

/** How a way goes at the moment. */
type Weather = 'ok' | SourceError['code'] | 'unconnected';

function target(name = 'istiod-1', identity = name): IstiodTarget {
  return {
    istiod: { name, namespace: 'istio-system', revision: 'default' },
    base: 'http://10.44.0.1:15014',
    identity,
    xds: { address: '10.44.0.1:15012', serverName: 'istiod.istio-system.svc', namespace: 'istio-system' },
  };
}

function errorOf(weather: Exclude<Weather, 'ok'>, way: string): AskError {
  const code = weather === 'unconnected' ? 'timeout' : weather;
  const more = { denied: { status: 403 }, timeout: { afterMs: 3_000 }, too_large: { limitBytes: 1 } };
  const reason = { code, detail: `${way}: ${weather}`, ...more[code as keyof typeof more] } as SourceError;
  const cause = Object.assign(new Error('x'), { code: 'UND_ERR_CONNECT_TIMEOUT' });
  return new AskError(reason, weather === 'unconnected' ? cause : undefined);
}

/** Two ways whose weather a test makes, and what was asked of them. */
function ways(http: Weather = 'ok', xds: Weather = 'ok') {
  const weather = { http, xds };
  const asked: string[] = [];
  const kept = { http: [] as readonly string[], xds: [] as readonly string[] };
  const way = (kind: 'http' | 'xds'): Way => ({
    kind: () => kind,
    async sync() {
      asked.push(kind);
      const now = weather[kind];
      if (now !== 'ok') throw errorOf(now, kind);
      return { proxies: [], skippedRows: 0 };
    },
    version: async () => `by ${kind}`,
    keep(targets) {
      kept[kind] = targets.map(({ istiod }) => istiod.name);
    },
  });
  const time = virtualTime();
  const access = eitherWay({ http: way('http'), xds: way('xds'), nowMs: time.nowMs });
  const poll = async (of = target()): Promise<Asked> => access.ask({ target: of, token: 'hush', signal: NEVER });
  return { weather, asked, kept, access, time, poll };
}

/** `http`, `xds instead of not_found`, or `http: refused`. */
function told(asked: Asked): string {
  const instead = asked.httpError === undefined ? '' : ` instead of ${asked.httpError.code}`;
  return asked.error === undefined ? `${asked.access}${instead}` : `${asked.access}: ${asked.error.code}`;
}

const FIRST_POLLS: readonly (readonly [http: Weather, xds: Weather, told: string, asked: string])[] = [
  ['ok', 'ok', 'http', 'http'],
  ['not_found', 'ok', 'xds instead of not_found', 'http xds'],
  ['refused', 'ok', 'xds instead of refused', 'http xds'],
  ['denied', 'ok', 'xds instead of denied', 'http xds'],
  ['tls', 'ok', 'xds instead of tls', 'http xds'],
  ['unconnected', 'ok', 'xds instead of timeout', 'http xds'],
  // Slow, or nonsense: the way is open.
  ['timeout', 'ok', 'http: timeout', 'http'],
  ['invalid', 'ok', 'http: invalid', 'http'],
  ['truncated', 'ok', 'http: truncated', 'http'],
  ['too_large', 'ok', 'http: too_large', 'http'],
  // Neither: by the reason to act on.
  ['denied', 'denied', 'http: denied', 'http xds'],
  ['denied', 'tls', 'http: denied', 'http xds'],
  ['denied', 'refused', 'http: denied', 'http xds'],
  ['not_found', 'denied', 'http: denied', 'http xds'],
  ['not_found', 'tls', 'http: tls', 'http xds'],
  ['not_found', 'invalid', 'http: invalid', 'http xds'],
  ['not_found', 'refused', 'http: not_found', 'http xds'],
  ['refused', 'refused', 'http: refused', 'http xds'],
  ['refused', 'unconnected', 'http: refused', 'http xds'],
  ['unconnected', 'tls', 'http: tls', 'http xds'],
];
for (const [http, xds, expected, asked] of FIRST_POLLS) {
  test(`HTTP ${http}, xDS ${xds}: ${expected}`, async () => {
    const lab = ways(http, xds);
    assert.equal(told(await lab.poll()), expected);
    assert.equal(lab.asked.join(' '), asked);
  });
}

test('where neither does, both reasons are told, in each poll alike', async () => {
  const lab = ways('not_found', 'tls');
  for (let n = 0; n < 12; n++) {
    const { error } = await lab.poll();
    assert.equal(error?.detail, 'xds: tls; nor over HTTP: http: not_found');
    await lab.time.pass(POLL_MS);
  }
  // HTTP at each poll, xDS once a minute: at 0 s and 60 s.
  assert.deepEqual(
    ['http', 'xds'].map((way) => lab.asked.filter((asked) => asked === way).length),
    [12, 2],
  );
});

test('what worked is kept to: HTTP is tried again every ten minutes, not at each poll', async () => {
  const lab = ways('not_found');
  for (let n = 0; n < 180; n++) {
    assert.equal(told(await lab.poll()), 'xds instead of not_found');
    await lab.time.pass(POLL_MS);
  }
  assert.deepEqual(
    ['http', 'xds'].map((way) => lab.asked.filter((asked) => asked === way).length),
    [3, 180],
  );
});

/** One step: what the weather becomes, how long passes, and what the next poll tells. */
type Step = readonly [weather: string, afterMs: number, told: string, asked: string];
const STORIES: Readonly<Record<string, readonly Step[]>> = {
  'the debug port is switched on again': [
    ['not_found ok', 0, 'xds instead of not_found', 'http xds'],
    ['ok ok', RETRY_HTTP_MS - 1, 'xds instead of not_found', 'xds'],
    ['ok ok', 1, 'http', 'http'],
    ['ok ok', POLL_MS, 'http', 'http'],
  ],
  'it is denied for another reason by and by': [
    ['not_found ok', 0, 'xds instead of not_found', 'http xds'],
    ['denied ok', RETRY_HTTP_MS, 'xds instead of denied', 'http xds'],
    ['denied ok', POLL_MS, 'xds instead of denied', 'xds'],
  ],
  'istiod is away for a while, and HTTP works as before': [
    ['ok ok', 0, 'http', 'http'],
    ['refused refused', POLL_MS, 'http: refused', 'http xds'],
    ['refused refused', POLL_MS, 'http: refused', 'http'],
    ['ok ok', POLL_MS, 'http', 'http'],
    ['refused ok', POLL_MS, 'xds instead of refused', 'http xds'],
  ],
  'xDS fails where HTTP was off: HTTP may do now': [
    ['not_found ok', 0, 'xds instead of not_found', 'http xds'],
    ['ok denied', POLL_MS, 'xds: denied', 'xds'],
    ['ok denied', RETRY_OTHER_MS, 'http', 'xds http'],
    ['ok denied', POLL_MS, 'http', 'http'],
  ],
  'xDS is slow: no reason to change': [
    ['not_found ok', 0, 'xds instead of not_found', 'http xds'],
    ['not_found timeout', RETRY_OTHER_MS, 'xds: timeout', 'xds'],
    ['not_found ok', POLL_MS, 'xds instead of not_found', 'xds'],
  ],
  'xDS is opened later': [
    ['denied refused', 0, 'http: denied', 'http xds'],
    ['denied ok', RETRY_OTHER_MS - 1, 'http: denied', 'http'],
    ['denied ok', 1, 'xds instead of denied', 'http xds'],
  ],
};
for (const [name, steps] of Object.entries(STORIES)) {
  test(name, async () => {
    const lab = ways();
    for (const [weather, afterMs, expected, asked] of steps) {
      const [http, xds] = weather.split(' ') as [Weather, Weather];
      Object.assign(lab.weather, { http, xds });
      await lab.time.pass(afterMs);
      lab.asked.length = 0;
      assert.deepEqual([told(await lab.poll()), lab.asked.join(' ')], [expected, asked]);
    }
  });
}

test('each istiod has its own way; a new process behind a name begins anew; the version is asked the same way', async () => {
  const lab = ways('not_found');
  await lab.poll(target('a'));
  Object.assign(lab.weather, { http: 'ok' });
  assert.equal(told(await lab.poll(target('b'))), 'http');
  assert.equal(told(await lab.poll(target('a'))), 'xds instead of not_found');
  const versionOf = (of: IstiodTarget) => lab.access.version({ target: of, token: 'hush', signal: NEVER });
  assert.deepEqual([await versionOf(target('a')), await versionOf(target('b'))], ['by xds', 'by http']);
  assert.equal(told(await lab.poll(target('a', 'a restarted'))), 'http');
});

test('who gives up hears its own reason, and nothing else is asked', async () => {
  const lab = ways('refused');
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  await assert.rejects(lab.access.ask({ target: target(), token: 'hush', signal: stop.signal }), /enough/);
  assert.deepEqual(lab.asked, ['http']);
});

test('both ways let go of istiods that are gone, and xDS of those that answer over HTTP', async () => {
  const lab = ways('not_found');
  await lab.poll(target('a'));
  Object.assign(lab.weather, { http: 'ok' });
  await lab.poll(target('b'));
  lab.access.keep([target('a'), target('b')]);
  assert.deepEqual(lab.kept, { http: ['a', 'b'], xds: ['a'] });
  lab.access.keep([target('b')]);
  assert.deepEqual(lab.kept, { http: ['b'], xds: [] });
});
