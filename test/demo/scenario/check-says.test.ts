import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseLadder } from '../../../src/demo/exporter/ladder.ts';
import { parseScrape } from '../../../src/demo/exporter/scrape.ts';
import { checkFinds, checkFindsNothing } from '../../../src/demo/scenario/check-says.ts';
import { type Evidence, type Expectation, finds, findsNothing } from '../../../src/demo/scenario/expectation.ts';

type Verdict = 'ok' | 'finding' | 'unknown';

const NOTHING: Evidence = { now: parseScrape(''), before: parseScrape('') };

/** Both the namespace `payment` and the pod say this at the rung `mtls`. */
function evidence(verdict: Verdict, summary: string): Evidence {
  const mtls = { id: 'mtls', number: 5, question: '', verdict, summary, evidence: ['rule payment-svc'], next: null };
  const ofMesh = JSON.stringify({ namespaces: [{ namespace: 'payment', rungs: [mtls] }] });
  const ofPod = JSON.stringify({ namespaces: null, rungs: [mtls] });
  return { now: parseScrape('', parseLadder(ofMesh, ofPod)), before: parseScrape('') };
}

const NAMES: readonly (readonly [about: string, Expectation, Expectation])[] = [
  ['the namespace', finds('payment', 'mtls', 'STRICT', 'payment-svc'), findsNothing('payment', 'mtls')],
  ['the pod', checkFinds('mtls', 'STRICT', 'payment-svc'), checkFindsNothing('mtls')],
];

describe('what check is held to, of', () => {
  for (const [about, named, content] of NAMES) {
    test(`${about}: a finding with all the words, wherever they stand`, () => {
      const told = evidence('finding', 'the server is STRICT');
      assert.equal(named.holds(told), true);
      assert.equal(content.holds(told), false);
      assert.match(content.actual(told), /mtls: .*the server is STRICT rule payment-svc/);
    });

    test(`${about}: with other words it names nothing`, () => {
      const other = evidence('finding', 'something is wrong');
      assert.equal(named.holds(other), false);
      assert.match(named.actual(other), /something is wrong/);
    });

    test(`${about}: the same words are no finding where all is well or nothing is known`, () => {
      for (const verdict of ['ok', 'unknown'] as const) {
        assert.equal(named.holds(evidence(verdict, 'STRICT')), false);
        assert.equal(content.holds(evidence(verdict, 'STRICT')), true);
      }
    });

    test(`${about}: a ladder that nobody asked, or that does not answer, holds nothing`, () => {
      assert.equal(named.holds(NOTHING), false);
      assert.equal(content.holds(NOTHING), false);
      assert.equal(named.actual(NOTHING), 'nothing');
    });
  }
});

test('a rung that is not on the report is none where nothing was found', () => {
  const { now, before } = evidence('ok', '');
  assert.equal(checkFindsNothing('mtls', 'routes').holds({ now, before }), false);
  assert.equal(findsNothing('payment', 'mtls', 'routes').holds({ now, before }), false);
  assert.equal(findsNothing('bookinfo', 'mtls').holds({ now, before }), false);
});
