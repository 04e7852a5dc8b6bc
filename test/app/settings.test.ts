import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsOf } from '../../src/app/settings.ts';
import { loadConfig } from '../../src/config/load.ts';
import { fromFlags } from '../../src/config/overrides.ts';

async function isPartial(...flags: readonly { flag: string; path: string; value: string }[]): Promise<unknown> {
  const loaded = await loadConfig({ file: undefined, env: {}, flags: fromFlags(flags), families: [] });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return settingsOf(loaded.config).isPartialView;
}

test('rungs are told where only some namespaces are watched: what is not seen may be there', async () => {
  assert.equal(await isPartial(), undefined);
  assert.equal(
    await isPartial({ flag: '--kubernetes.namespaces', path: 'kubernetes.namespaces', value: 'payment' }),
    true,
  );
});
