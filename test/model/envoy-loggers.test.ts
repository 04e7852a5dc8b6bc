import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isVerbose } from '../../src/model/envoy-loggers.ts';

test('verbose is what writes more than Istio has it write', () => {
  const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off', 'loud'];
  assert.deepEqual(
    levels.filter((level) => isVerbose({ name: 'rbac', level })),
    ['trace', 'debug', 'info'],
  );
});
