import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/run-cli.ts';

test('the demo serves this machine alone where nothing else is asked for', async () => {
  const { stdout } = await runCli(['demo', '--help']);
  const [, address] = /--listen <address>[\s\S]*?\(default:\s+"([^"]+)"\)/.exec(stdout) ?? [];
  assert.equal(address, '127.0.0.1:19012');
});
