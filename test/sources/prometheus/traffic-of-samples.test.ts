import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { VectorSample } from '../../../src/sources/prometheus/instant-query.ts';
import { type TrafficAnswers, trafficOfSamples } from '../../../src/sources/prometheus/traffic-of-samples.ts';

const NONE: TrafficAnswers = { requests: [], flags: [], denials: [], proxyLogs: [] };
const PLACE = { proxy_namespace: 'payment', workload: 'checkout', direction: 'outbound', destination: 'd', route: 'r' };

function sample(more: Readonly<Record<string, string>>, value: number): VectorSample {
  return { labels: { ...PLACE, ...more }, value };
}

/** Each line as `status flags count`. */
function lines(answers: Partial<TrafficAnswers>): readonly string[] {
  return trafficOfSamples({ ...NONE, ...answers }).requests.map(
    ({ shape, count }) => `${shape.responseCode} ${shape.flags.join(',') || '-'} ${count}`,
  );
}

describe('lines and flags put together again', () => {
  const cases: readonly [name: string, answers: Partial<TrafficAnswers>, expected: readonly string[]][] = [
    ['no flags', { requests: [sample({ response_code_class: '2xx' }, 90)] }, ['200 - 90']],
    [
      'flagged lines are not counted twice, failures first',
      {
        requests: [sample({ response_code_class: '2xx' }, 90), sample({ response_code_class: '5xx' }, 10)],
        flags: [sample({ flag: 'UH' }, 7)],
      },
      ['500 - 3', '200 - 90', '503 UH 7'],
    ],
    [
      'two flags a line are two lines, and no line is less than none',
      {
        requests: [sample({ response_code_class: '5xx' }, 5)],
        flags: [sample({ flag: 'UF' }, 5), sample({ flag: 'URX' }, 5)],
      },
      ['503 UF 5', '503 URX 5'],
    ],
    [
      'flags of another place take nothing away',
      {
        requests: [sample({ response_code_class: '5xx' }, 5)],
        flags: [sample({ flag: 'UF', destination: 'other' }, 5)],
      },
      ['500 - 5', '503 UF 5'],
    ],
    ['TCP has no status', { requests: [sample({ response_code_class: '0' }, 4)] }, ['0 - 4']],
    ['a class that is none', { requests: [sample({ response_code_class: 'other' }, 4)] }, ['999 - 4']],
  ];
  for (const [name, answers, expected] of cases) {
    test(name, () => assert.deepEqual(lines(answers), expected));
  }
});

test('a label that is empty is not sent, and is empty again', () => {
  const labels = { proxy_namespace: 'n', workload: 'w', response_code_class: '2xx' };
  const { requests } = trafficOfSamples({ ...NONE, requests: [{ labels, value: 1 }] });
  assert.deepEqual(requests[0]?.shape, {
    proxyNamespace: 'n',
    workload: 'w',
    direction: 'unknown',
    destination: '',
    subset: '',
    route: '',
    details: '',
    responseCode: 200,
    flags: [],
  });
});

test('denials and proxy lines', () => {
  const by = { proxy_namespace: 'n', workload: 'w' };
  const { denials, proxyLogs } = trafficOfSamples({
    ...NONE,
    denials: [{ labels: { ...by, policy_namespace: 'n', policy: 'deny', rule: '0' }, value: 3 }],
    proxyLogs: [{ labels: { ...by, level: 'debug' }, value: 9 }],
  });
  assert.deepEqual(denials, [
    { proxyNamespace: 'n', workload: 'w', denial: { policyNamespace: 'n', policy: 'deny', rule: '0' }, count: 3 },
  ]);
  assert.deepEqual(proxyLogs, [{ proxyNamespace: 'n', workload: 'w', level: 'debug', count: 9 }]);
});
