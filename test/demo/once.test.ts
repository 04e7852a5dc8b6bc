import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SCENARIOS } from '../../src/demo/scenario/scenarios.ts';
import { leftovers, nobodyListens, startDemoRun } from './demo-run.ts';

const SPEED = 50;
/** What `check` says is judged by a minute of requests, however fast the rest is: then polls need not be so many. */
const QUIET_SPEED = 20;

/** Each is a mesh and an exporter of its own: more at once would wait for one another. */
const AT_ONCE = 6;

describe('the whole incident, watched by the real exporter', { concurrency: AT_ONCE }, () => {
  for (const { name, acts, quiet = false } of SCENARIOS) {
    test(name, async (context) => {
      const speed = quiet ? QUIET_SPEED : SPEED;
      const run = startDemoRun(context, ['--once', '--speed', String(speed), '--incident', name]);
      const code = await run.ended;
      assert.equal(code, 0, `${run.stdout()}\n${run.stderr()}`);
      assert.equal(run.stderr(), '');
      const lines = run.stdout().split('\n');
      const told = acts.flatMap(({ beats }) => beats);
      const found = told.map(({ says, seen }) => lines.findIndex((line) => line.includes(says) && line.includes(seen)));
      assert.ok(!found.includes(-1), run.stdout());
      const moments = lines.flatMap((line) => /^ *\+(\d+)s /.exec(line)?.[1] ?? []).map(Number);
      assert.equal(moments.length, told.length);
      assert.deepEqual(
        moments,
        moments.toSorted((one, other) => one - other),
      );
      const [, written, counted] = /(\d+) log lines were written, (\d+) counted/.exec(run.stdout()) ?? [];
      assert.ok(Number(written) > 100);
      assert.equal(counted, written);
      assert.deepEqual(leftovers(run.folder), []);
      await nobodyListens(run.url());
    });
  }
});
