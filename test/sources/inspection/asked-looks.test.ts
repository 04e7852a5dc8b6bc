import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AskedAnswer } from '../../../src/sources/inspection/asked-looks.ts';
import { type RunningSource, startInspectionSource, TestFailure, target } from '../../support/inspection-source.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;

/** Asks, and lets time pass until there is an answer. */
async function answerOf({ asked, time }: RunningSource, key: string): Promise<AskedAnswer<string>> {
  const answer = asked.ask(key);
  let told: AskedAnswer<string> | undefined;
  void answer.then((each) => {
    told = each;
  });
  const untilMs = time.nowMs() + 200 * SECOND;
  while (told === undefined && time.nowMs() < untilMs) await time.pass(100);
  return told ?? assert.fail('no answer in 200 s');
}

const FULL = Array.from({ length: 20 }, (_, nth) => target(`w${nth}-1`));

describe('a person who asks', () => {
  test('comes before all that is due, and out of the same ration', async () => {
    const source = startInspectionSource();
    source.set(FULL);
    await source.time.pass(500);
    const before = source.exchanges.length;
    const answer = await answerOf(source, 'shop/w15-1');
    assert.deepEqual(answer, { state: 'told', at: 1_010, diff: 'shop/w15-1' });
    const next = source.exchanges.slice(before).filter(({ of }) => of === 'envoy');
    assert.deepEqual(
      next.map(({ key, fromMs }) => [key, fromMs]),
      [['shop/w15-1', 10_000]],
    );
    await source.stop();
  });

  test('gets an answer also where all were looked into a moment ago, and it counts as a look', async () => {
    const source = startInspectionSource({}, { intervalMs: HOUR, perMinute: 60 });
    source.set([target('cart-1')]);
    await source.time.pass(5 * SECOND);
    assert.equal(source.exchanges.filter(({ of }) => of === 'envoy').length, 1);
    assert.equal((await answerOf(source, 'shop/cart-1')).state, 'told');
    assert.equal(source.exchanges.filter(({ of }) => of === 'envoy').length, 2);
    await source.time.pass(5 * SECOND);
    assert.equal(source.published.at(-1)?.proxies.get('shop/cart-1')?.at, 1_006);
    await source.stop();
  });

  test('asks for the same once: all get one answer, and so does who comes soon after', async () => {
    const source = startInspectionSource({}, { intervalMs: HOUR, perMinute: 60 });
    source.set([target('cart-1')]);
    await source.time.pass(2 * SECOND);
    const looks = () => source.exchanges.filter(({ of }) => of === 'envoy').length;
    const [before, first, second] = [looks(), source.asked.ask('shop/cart-1'), source.asked.ask('shop/cart-1')];
    await source.time.pass(2 * SECOND);
    assert.equal(await first, await second);
    assert.equal(await source.asked.ask('shop/cart-1'), await first);
    assert.equal(looks(), before + 1);
    await source.time.pass(15 * SECOND);
    assert.notEqual(await answerOf(source, 'shop/cart-1'), await first);
    assert.equal(looks(), before + 2);
    await source.stop();
  });

  test('waits for nobody else, and is told so', async () => {
    const source = startInspectionSource();
    source.set(FULL);
    await source.time.pass(500);
    const first = source.asked.ask('shop/w15-1');
    assert.deepEqual(await source.asked.ask('shop/w16-1'), { state: 'busy' });
    await source.time.pass(20 * SECOND);
    assert.equal((await first).state, 'told');
    assert.equal((await answerOf(source, 'shop/w16-1')).state, 'told');
    await source.stop();
  });

  test('waits while the same proxy is looked into: never two at once', async () => {
    const slow = { look: (_: string, time: RunningSource['time']) => time.sleep(25 * SECOND) };
    const source = startInspectionSource(slow, { perMinute: 60 });
    source.set([target('cart-1')]);
    await source.time.pass(SECOND);
    assert.equal((await answerOf(source, 'shop/cart-1')).state, 'told');
    const looks = source.exchanges.filter(({ of }) => of === 'envoy');
    assert.deepEqual([looks.length, (looks[1]?.fromMs ?? 0) >= (looks[0]?.toMs ?? Number.NaN)], [2, true]);
    await source.stop();
  });

  test('is told what a proxy that rejected was sent, though the ladder would not ask', async () => {
    const source = startInspectionSource({}, { perMinute: 60 });
    source.set([target('cart-1', { verdict: 'rejected' })]);
    assert.equal((await answerOf({ ...source }, 'shop/cart-1')).state, 'closed');
    await source.time.pass(SECOND);
    assert.deepEqual(source.exchanges.filter(({ of }) => of === 'istiod').length, 0);
    assert.equal((await answerOf(source, 'shop/cart-1')).state, 'told');
    assert.deepEqual(source.exchanges.filter(({ of }) => of === 'istiod').length, 1);
    await source.stop();
  });
});

describe('no answer', () => {
  test('the Envoy does not answer: the reason, and no second look by itself', async () => {
    const look = () => Promise.reject(new TestFailure({ slows: false }));
    const source = startInspectionSource({ look }, { perMinute: 60 });
    source.set([target('cart-1')]);
    await source.time.pass(500);
    const answer = await answerOf(source, 'shop/cart-1');
    assert.deepEqual(answer, { state: 'failed', reason: { code: 'refused', detail: 'nobody there' } });
    await source.stop();
  });

  test('istiod does not answer, and then is left alone', async () => {
    const sentTo = () => Promise.reject(new TestFailure({ retryAfterMs: HOUR }));
    const source = startInspectionSource({ sentTo }, { perMinute: 60 });
    source.set([target('cart-1'), target('web-1')]);
    await source.time.pass(500);
    const first = await answerOf(source, 'shop/web-1');
    const second = await answerOf(source, 'shop/cart-1');
    const details = [first, second].map((each) => (each.state === 'failed' ? each.reason.detail : each.state));
    assert.match(details.join(' | '), /nobody there|left alone/);
    assert.match(details[1] ?? '', /left alone/);
    await source.stop();
  });

  test('those who are asked are in trouble: it is given up after half a minute', async () => {
    const look = () => Promise.reject(new TestFailure({ retryAfterMs: HOUR }));
    const source = startInspectionSource({ look });
    source.set(FULL);
    await source.time.pass(500);
    const beganMs = source.time.nowMs();
    assert.deepEqual(await answerOf(source, 'shop/w9-1'), { state: 'rationed' });
    assert.ok(source.time.nowMs() - beganMs < 35 * SECOND);
    assert.equal(source.exchanges.length, 1, 'nobody is asked meanwhile');
    await source.stop();
  });

  test('the proxy goes while it waits', async () => {
    const source = startInspectionSource();
    source.set(FULL);
    await source.time.pass(500);
    const answer = source.asked.ask('shop/w15-1');
    source.set(FULL.slice(0, 5));
    await source.time.pass(2 * SECOND);
    assert.equal((await answer).state, 'failed');
    await source.stop();
  });

  test('the exporter stops', async () => {
    const source = startInspectionSource();
    source.set(FULL);
    await source.time.pass(500);
    const answer = source.asked.ask('shop/w15-1');
    await source.stop();
    assert.deepEqual(await answer, { state: 'closed' });
    assert.deepEqual(await source.asked.ask('shop/w15-1'), { state: 'closed' });
  });
});

test('however many persons ask, the budget is kept', async () => {
  const source = startInspectionSource({ look: (_, time) => time.sleep(3 * SECOND) });
  source.set(FULL);
  for (let second = 0; second < 300; second++) {
    for (const nth of [second % 20, (second * 7) % 20]) void source.asked.ask(`shop/w${nth}-1`);
    await source.time.pass(SECOND);
  }
  const looks = source.exchanges.filter(({ of }) => of === 'envoy');
  assert.ok(looks.length >= 29, `${looks.length}`);
  for (const { fromMs } of looks) {
    const inMinute = looks.filter((each) => each.fromMs >= fromMs && each.fromMs < fromMs + 60 * SECOND);
    assert.ok(inMinute.length <= 6, `${inMinute.length} in the minute from ${fromMs}`);
  }
  await source.stop();
});
