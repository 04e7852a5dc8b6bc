import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LADDER } from '../../src/rungs/index.ts';

const FAMILIES = LADDER.flatMap(({ families }) => Object.values(families));

test('rungs go up, and their names are folder names, each once', () => {
  const numbers = LADDER.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((one, other) => one - other),
  );
  for (const { id, question } of LADDER) {
    assert.match(id, /^[a-z]+(-[a-z]+)*$/);
    assert.match(question, /^[A-Z].*\?$/);
  }
});

test('a family has one home', () => {
  const names = FAMILIES.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
});

for (const { name, help, type, labels } of FAMILIES) {
  test(`${name} is declared as Prometheus wants it`, () => {
    assert.match(name, /^meshladder_[a-z]+(_[a-z]+)*$/);
    assert.equal(name.endsWith('_total'), type === 'counter');
    assert.match(help, /^[A-Z].*[^.]\.$/);
    assert.equal(new Set(labels).size, labels.length);
    // Target labels that a scrape adds, and words that Prometheus keeps for itself.
    for (const label of [
      'job',
      'instance',
      'pod',
      'namespace',
      'node',
      'service',
      'cluster',
      'container',
      'endpoint',
      'type',
      'le',
    ]) {
      assert.ok(!labels.includes(label), label);
    }
  });

  test(`${name} says whose mesh it is of, unless it is of the exporter`, () => {
    assert.equal(labels.includes('mesh_cluster'), !name.startsWith('meshladder_access_log_'));
  });
}
