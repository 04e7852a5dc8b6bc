import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detailMeaning, isResponseDetail } from '../../src/model/response-detail.ts';
import {
  FLAG_GROUPS,
  findResponseFlag,
  isFailure,
  RESPONSE_FLAGS,
  shortFlagName,
} from '../../src/model/response-flag.ts';

/** Envoy's source/common/stream_info/utility.h: all names that access logs write, short and long. */
const ENVOY: Readonly<Record<string, string>> = {
  LH: 'FailedLocalHealthCheck',
  UH: 'NoHealthyUpstream',
  UT: 'UpstreamRequestTimeout',
  LR: 'LocalReset',
  UR: 'UpstreamRemoteReset',
  UF: 'UpstreamConnectionFailure',
  UC: 'UpstreamConnectionTermination',
  UO: 'UpstreamOverflow',
  NR: 'NoRouteFound',
  DI: 'DelayInjected',
  FI: 'FaultInjected',
  RL: 'RateLimited',
  UAEX: 'UnauthorizedExternalService',
  RLSE: 'RateLimitServiceError',
  DC: 'DownstreamConnectionTermination',
  URX: 'UpstreamRetryLimitExceeded',
  SI: 'StreamIdleTimeout',
  IH: 'InvalidEnvoyRequestHeaders',
  DPE: 'DownstreamProtocolError',
  UMSDR: 'UpstreamMaxStreamDurationReached',
  RFCF: 'ResponseFromCacheFilter',
  NFCF: 'NoFilterConfigFound',
  DT: 'DurationTimeout',
  UPE: 'UpstreamProtocolError',
  NC: 'NoClusterFound',
  OM: 'OverloadManagerTerminated',
  DF: 'DnsResolutionFailed',
  DO: 'DropOverload',
  DR: 'DownstreamRemoteReset',
  UDO: 'UnconditionalDropOverload',
};

test('the table has every flag of Envoy once, by both names', () => {
  assert.deepEqual(Object.fromEntries(RESPONSE_FLAGS.map(({ name, longName }) => [name, longName])), ENVOY);
  assert.equal(RESPONSE_FLAGS.length, Object.keys(ENVOY).length);
});

test('a flag is found by either name, in any case', () => {
  for (const flag of RESPONSE_FLAGS)
    for (const word of [flag.name, flag.name.toLowerCase(), flag.longName, flag.longName.toUpperCase()])
      assert.equal(findResponseFlag(word), flag);
  for (const word of ['', '-', 'UX', 'toString', 'UF,URX']) assert.equal(findResponseFlag(word), undefined);
});

test('what access logs write is read to the letter', () => {
  for (const { name, longName } of RESPONSE_FLAGS)
    assert.deepEqual([shortFlagName(name), shortFlagName(longName)], [name, name]);
  for (const word of ['uf', 'other', '-', '', 'constructor']) assert.equal(shortFlagName(word), undefined);
});

test('a failure is every flag but those that tell of the client, of a delay asked for or of a filter', () => {
  const harmless = RESPONSE_FLAGS.map(({ name }) => name).filter((name) => !isFailure(name));
  assert.deepEqual(harmless.sort(), ['DC', 'DI', 'DT', 'FI', 'RFCF']);
  assert.ok(isFailure('other'));
});

test('each says what it means and what to check, in sentences a terminal can hold', () => {
  for (const { name, meaning, checks, confusion = 'x.' } of RESPONSE_FLAGS) {
    assert.match(meaning, /^[A-Z].{20,200}\.$/, name);
    assert.ok(checks.length >= 1 && checks.length <= 4, name);
    for (const text of [...checks, confusion]) assert.ok(text.length <= 160, `${name}: ${text}`);
  }
  assert.equal(FLAG_GROUPS.length, 3);
});

test('the words that are easily confused are told apart', () => {
  const mind = (name: string): string => findResponseFlag(name)?.confusion ?? '';
  assert.match(mind('RL'), /UO/);
  assert.match(mind('UO'), /RL/);
  assert.match(mind('UH'), /UF/);
  assert.match(mind('NR'), /NC/);
  assert.match(mind('NC'), /NR/);
  assert.match(mind('UAEX'), /rbac_access_denied/);
});

test('details are words that can be a label, and each says something', () => {
  for (const word of ['via_upstream', 'http1.codec_error', 'http2', 'no_healthy_upstream'])
    assert.match(detailMeaning(word) ?? '', /\.$/);
  for (const word of ['toString', '', 'via upstream']) assert.equal(isResponseDetail(word), false);
});
