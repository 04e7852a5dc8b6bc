import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { epochSeconds } from '../../../src/model/brand.ts';
import { emptySnapshot, type MeshSnapshot } from '../../../src/model/snapshot.ts';
import type { LadderDocument } from '../../../src/sinks/report/ladder-json.ts';
import { readLadder } from '../../../src/sinks/report/ladder-read.ts';
import { ladderDocument } from '../../../src/sinks/report/ladder-report.ts';
import { ladderText } from '../../../src/sinks/report/ladder-text.ts';
import { assertGolden } from '../../support/golden.ts';
import { answer, REFUSED } from '../../support/mesh.ts';
import {
  BEGIN,
  CHECKOUT,
  DECLARED,
  listed,
  paymentMesh,
  playIncident,
  steady,
  withTraffic,
} from '../../support/payment-incident.ts';

function incident(how: 'stale' | 'gone'): MeshSnapshot {
  const mesh = paymentMesh();
  playIncident(mesh, how, 370);
  return withTraffic(mesh.snapshot, steady(mesh, DECLARED + 370));
}

function healthy(): MeshSnapshot {
  const mesh = paymentMesh();
  return withTraffic(mesh.snapshot, steady(mesh, BEGIN + 50));
}

function refused(): MeshSnapshot {
  const mesh = paymentMesh();
  mesh.poll(BEGIN + 10, [answer([], {}, REFUSED)]);
  return mesh.snapshot;
}

const REPORTS: Readonly<Record<string, () => LadderDocument>> = {
  'mesh-stale': () => ladderDocument(incident('stale')),
  'pod-missing': () => ladderDocument(incident('gone'), CHECKOUT),
  'namespace-stale': () => ladderDocument(incident('stale'), { namespace: 'payment' }),
  'workload-stale': () => ladderDocument(incident('stale'), { namespace: 'payment', name: 'payment-svc' }),
  'workload-healthy': () => ladderDocument(healthy(), { namespace: 'payment', name: 'payment-svc-v1' }),
  'mesh-healthy': () => ladderDocument(healthy()),
  'mesh-istiod-refused': () => ladderDocument(refused()),
  'pod-nothing-known': () => ladderDocument(emptySnapshot(epochSeconds(BEGIN)), CHECKOUT),
};

for (const [name, report] of Object.entries(REPORTS)) {
  test(`the report ${name}`, () =>
    assertGolden(`ladder/${name}.txt`, ladderText(report(), { width: 100, coloured: false })));
}

test('of several pods the worst is told', () => {
  const mesh = paymentMesh();
  const [checkout, ...others] = listed('n1>n2');
  for (const at of [10, 20, 30]) mesh.poll(BEGIN + at, [answer([checkout!, others[0]!, listed('n1')[2]!])]);
  const document = ladderDocument(mesh.snapshot, { namespace: 'payment', name: 'payment-svc' });
  assert.equal(document.verdict, 'finding');
  assert.deepEqual(document.about, {
    namespace: 'payment',
    pod: others[0]?.name,
    of: { workload: 'payment-svc', pods: 2 },
  });
});

test('a report is the same after it went over a network', () => {
  for (const report of Object.values(REPORTS)) {
    const document = report();
    assert.deepEqual(readLadder(JSON.parse(JSON.stringify(document))), document);
  }
});

test('words of strangers cannot steer the terminal, and no line is wider than asked for', () => {
  const document = ladderDocument(incident('stale'));
  const hostile = {
    ...document,
    rungs: document.rungs.map((rung) => ({
      ...rung,
      verdict: 'finding' as const,
      summary: `\u001b[2J${'word '.repeat(200)}`,
      evidence: ['a\nb\u0007'],
    })),
  };
  const text = ladderText(hostile, { width: 80, coloured: false });
  assert.ok(!text.includes('\u001b') && !text.includes('\u0007'));
  assert.ok(text.split('\n').every((line) => line.length <= 80 || line.includes('next: ')));
  assert.ok(ladderText(document, { width: 80, coloured: true }).includes('\u001b[31mFINDING'));
});

test('the page of the API names every key', () => {
  const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('## /api/v1/ladder'));
  const { rungs, namespaces, ...document } = ladderDocument(incident('stale'));
  const keys = [document, rungs[0] ?? {}, namespaces?.[0] ?? {}].flatMap((each) => Object.keys(each));
  assert.deepEqual(
    [...keys, 'rungs[]', 'namespaces[]'].filter((key) => !section.includes(`\`${key}`)),
    [],
  );
});
