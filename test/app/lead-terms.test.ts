import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createLeadTerms } from '../../src/app/lead-terms.ts';
import { untilAborted } from '../../src/app/until-aborted.ts';

/** A part that says when it begins and ends, and takes a turn to end. */
function partOf(said: string[], name: string) {
  return async (signal: AbortSignal): Promise<void> => {
    said.push(`${name} begins`);
    await untilAborted(signal);
    await nextTurn();
    said.push(`${name} ends`);
  };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}

test('who is there takes part in every term, who comes later in the one under way', async () => {
  const terms = createLeadTerms();
  const said: string[] = [];
  const [here, gone, first, second] = [1, 2, 3, 4].map(() => new AbortController());
  assert.ok(here && gone && first && second);
  const early = terms.inEach(partOf(said, 'early'), here.signal);
  await turns();
  assert.deepEqual(said, []);
  const leading = terms.lead(first.signal);
  await turns();
  const late = terms.inEach(partOf(said, 'late'), gone.signal);
  await turns();
  assert.deepEqual(said.splice(0), ['early begins', 'late begins']);
  gone.abort();
  await late;
  assert.deepEqual(said.splice(0), ['late ends']);
  first.abort();
  await leading;
  assert.deepEqual(said.splice(0), ['early ends']);
  const again = terms.lead(second.signal);
  await turns();
  assert.deepEqual(said.splice(0), ['early begins']);
  here.abort();
  await early;
  second.abort();
  await again;
  assert.deepEqual(said, ['early ends']);
});

test('what fails in a term fails for who does it, and ends no term', async () => {
  const terms = createLeadTerms();
  const stop = new AbortController();
  const leading = terms.lead(stop.signal);
  await assert.rejects(
    terms.inEach(() => Promise.reject(new Error('no way')), new AbortController().signal),
    /no way/,
  );
  stop.abort();
  await leading;
});
