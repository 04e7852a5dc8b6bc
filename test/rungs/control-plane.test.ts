import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import type { MeshSnapshot } from '../../src/model/snapshot.ts';
import { SOURCE_ERROR_CODES, type SourceErrorCode } from '../../src/model/source-error.ts';
import type { SourceHealth } from '../../src/model/source-health.ts';
import { examineControlPlane } from '../../src/rungs/control-plane/examine.ts';
import { controlPlane } from '../../src/rungs/control-plane/rung.ts';
import { answer, connection, pod, polledMesh, REFUSED, sync } from '../support/mesh.ts';
import { rungText } from '../support/rung-text.ts';

const NO_ERRORS = Object.fromEntries(SOURCE_ERROR_CODES.map((code) => [code, 0])) as Record<SourceErrorCode, number>;

function withSources(...sources: readonly SourceHealth[]): MeshSnapshot {
  return { ...polledMesh().snapshot, sources };
}

describe('sources', () => {
  test('one that has answered, with every reason from zero', () => {
    const snapshot = withSources({
      source: 'istiod',
      up: true,
      lastSuccessAt: epochSeconds(1795230451.5),
      polls: 7,
      errors: { ...NO_ERRORS, denied: 2 },
    });
    assert.deepEqual(rungText(controlPlane, snapshot), [
      'source_up{source="istiod"} 1',
      'source_last_success_timestamp_seconds{source="istiod"} 1795230451.5',
      'source_polls_total{source="istiod"} 7',
      'source_errors_total{source="istiod",reason="denied"} 2',
      ...['not_found', 'timeout', 'refused', 'tls', 'invalid', 'truncated', 'too_large'].map(
        (reason) => `source_errors_total{source="istiod",reason="${reason}"} 0`,
      ),
    ]);
  });

  test('one that failed at once is down, and never succeeded', () => {
    const snapshot = withSources({ source: 'kubernetes', up: false, polls: 1, errors: { ...NO_ERRORS, refused: 1 } });
    assert.deepEqual(rungText(controlPlane, snapshot, 'source_up', 'source_last_success_timestamp_seconds'), [
      'source_up{source="kubernetes"} 0',
    ]);
  });

  test('one that was not asked yet is neither up nor down', () => {
    const snapshot = withSources({ source: 'istiod', polls: 0, errors: NO_ERRORS });
    assert.deepEqual(rungText(controlPlane, snapshot, 'source_up', 'source_polls_total'), [
      'source_polls_total{source="istiod"} 0',
    ]);
  });
});

describe('istiods', () => {
  const good = connection('shop', 'a', { cds: sync('x'), lds: sync('x') });
  const stale = connection('shop', 'b', { cds: sync('x>y'), lds: sync('x') });

  test('are counted with version, poll state and proxies', () => {
    const mesh = polledMesh();
    mesh.poll(90, [{ ...answer([good, stale]), version: '1.30.3' }]);
    assert.deepEqual(rungText(controlPlane, mesh.snapshot), [
      'istiods 1',
      'istiod_info{istiod="istiod-1",revision="default",istio_version="1.30.3",access="http"} 1',
      'istiod_poll_state{istiod="istiod-1",revision="default",state="ok"} 1',
      ...['denied', 'timeout', 'refused', 'tls', 'invalid'].map(
        (state) => `istiod_poll_state{istiod="istiod-1",revision="default",state="${state}"} 0`,
      ),
      'istiod_proxies{istiod="istiod-1",revision="default",state="SYNCED"} 1',
      'istiod_proxies{istiod="istiod-1",revision="default",state="STALE"} 1',
      'istiod_proxies{istiod="istiod-1",revision="default",state="NOT_SENT"} 0',
      'istiod_proxies{istiod="istiod-1",revision="default",state="ERROR"} 0',
      'istiod_proxies{istiod="istiod-1",revision="default",state="UNKNOWN"} 0',
    ]);
  });

  test('that are all gone leave a zero, and nothing else', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([good])]);
    mesh.poll(100, []);
    assert.deepEqual(rungText(controlPlane, mesh.snapshot), ['istiods 0']);
  });

  test('a proxy that two of them list counts once, at its newest connection', () => {
    const mesh = polledMesh();
    const newer = { ...good, connectedAt: epochSeconds(50) };
    mesh.poll(90, [answer([{ ...good, connectedAt: epochSeconds(5) }]), answer([newer], { name: 'b' })]);
    const synced = rungText(controlPlane, mesh.snapshot, 'istiod_proxies').filter((line) => line.includes('SYNCED'));
    assert.deepEqual(synced, [
      'istiod_proxies{istiod="istiod-1",revision="default",state="SYNCED"} 0',
      'istiod_proxies{istiod="b",revision="default",state="SYNCED"} 1',
    ]);
  });

  test('one that was never heard has no number of proxies, not even none', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([good]), answer([], { name: 'b' }, REFUSED)]);
    const told = rungText(controlPlane, mesh.snapshot, 'istiod_proxies');
    assert.deepEqual([...new Set(told.map((line) => /istiod="([^"]+)"/.exec(line)?.[1]))], ['istiod-1']);
  });

  test('the proxies of one that cannot be asked are UNKNOWN, and missing ones are nobody’s', () => {
    const mesh = polledMesh();
    mesh.setPods([pod('shop', 'a'), pod('shop', 'b')]);
    mesh.poll(90, [answer([good]), answer([stale], { name: 'b', revision: 'canary' })]);
    const refusing = answer([stale], { name: 'b', revision: 'canary', ready: false }, REFUSED);
    for (const at of [100, 110])
      mesh.poll(at, [answer([]), { ...refusing, istiod: { ...refusing.istiod, ready: true } }]);
    const ones = rungText(controlPlane, mesh.snapshot, 'istiod_proxies').filter((line) => line.endsWith(' 1'));
    assert.deepEqual(ones, []);
    const unlisted = polledMesh();
    unlisted.poll(90, [answer([good]), answer([stale], { name: 'b' })]);
    unlisted.poll(100, [answer([good]), answer([stale], { name: 'b' }, REFUSED)]);
    assert.deepEqual(
      rungText(controlPlane, unlisted.snapshot, 'istiod_proxies').filter((line) => line.endsWith(' 1')),
      [
        'istiod_proxies{istiod="istiod-1",revision="default",state="SYNCED"} 1',
        'istiod_proxies{istiod="b",revision="default",state="UNKNOWN"} 1',
      ],
    );
  });

  for (const [code, state] of [
    ['denied', 'denied'],
    ['timeout', 'timeout'],
    ['refused', 'refused'],
    ['tls', 'tls'],
    ['invalid', 'invalid'],
    ['not_found', 'invalid'],
    ['truncated', 'invalid'],
    ['too_large', 'invalid'],
  ] as const) {
    test(`a poll that ends in ${code} is ${state}`, () => {
      const mesh = polledMesh();
      const error = { code, detail: '', status: 401, afterMs: 1, limitBytes: 1 } as never;
      mesh.poll(90, [answer([], {}, error)]);
      const on = rungText(controlPlane, mesh.snapshot, 'istiod_poll_state').filter((line) => line.endsWith(' 1'));
      assert.deepEqual(on, [`istiod_poll_state{istiod="istiod-1",revision="default",state="${state}"} 1`]);
    });
  }

  test('asked over xDS are told so, in the metric and to a person', () => {
    const mesh = polledMesh();
    mesh.poll(90, [{ ...answer([good]), version: '1.30.3', access: 'xds' }]);
    assert.match(rungText(controlPlane, mesh.snapshot, 'istiod_info').join(), /,access="xds"\} 1$/);
    assert.deepEqual(examineControlPlane(mesh.snapshot).evidence, ['istiod-1: 1 proxy, 1.30.3, over xDS']);
  });

  test('of which nothing was heard for long are not spoken of', () => {
    const mesh = polledMesh();
    mesh.poll(90, [answer([good])]);
    assert.notDeepEqual(rungText(controlPlane, { ...mesh.snapshot, takenAt: epochSeconds(150) }), []);
    assert.deepEqual(rungText(controlPlane, { ...mesh.snapshot, takenAt: epochSeconds(151) }), []);
  });
});
