import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Io } from '../../src/cli/io.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { DemoOutcome } from '../../src/demo/demo.ts';
import type { Deed } from '../../src/demo/scenario/deed.ts';
import { DROP } from '../../src/demo/scenario/drop.ts';
import type { Scenario } from '../../src/demo/scenario/scenario.ts';
import { MAIN } from './demo-run.ts';
import { playHere } from './play-here.ts';

const CENSORED = fileURLToPath(new URL('censored-exporter.ts', import.meta.url));
const SPEED = 50;
/** What cuts `payment` off, and what its proxies say of it. */
const CUT: ReadonlySet<Deed['do']> = new Set(['apply_policy', 'silence', 'disconnect', 'log_lost', 'log_failing']);

/** The incident in which nothing is cut off: somebody changes a VirtualService, and all is well. */
function withoutCut({ acts, ...rest }: Scenario): Scenario {
  return {
    ...rest,
    acts: acts.map((act) => ({
      ...act,
      beats: act.beats.map((beat) => ({
        ...beat,
        deeds: beat.deeds.filter((deed) => !CUT.has(deed.do) && deed.do !== 'remove_policy'),
      })),
    })),
  };
}

function ioOf(script: string): { readonly io: Io; readonly said: () => { stdout: string; stderr: string } } {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const self = { execPath: process.execPath, script, onExit: () => undefined };
  return {
    io: { stdin, stdout, stderr, env: process.env, signal: new AbortController().signal, self },
    said: () => ({ stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }),
  };
}

function play(context: TestContext, scenario: Scenario): Promise<DemoOutcome> {
  return playHere(context, { scenario, speed: SPEED, script: MAIN });
}

describe('what does not happen is named', { concurrency: true }, () => {
  test('an exporter that hides one family is found out, and with nothing else', async () => {
    const { io, said } = ioOf(CENSORED);
    const argv = ['demo', '--once', '--speed', String(SPEED), '--listen', '127.0.0.1:0'];
    const code = await runProgram(argv, io);
    const { stdout, stderr } = said();
    assert.equal(code, 1, stdout);
    assert.deepEqual(stderr.split('\n'), [
      'meshladder: this did not happen:',
      '  +15.0s NetworkPolicy default-deny added: /metrics did not show "default-deny blocks 15012: 3 pods"',
      '    meshladder_xds_blocked_by_network_policy{proxy_namespace="payment",policy_namespace="payment",policy="default-deny",direction="egress"} = 3; it says absent',
      '',
    ]);
    assert.match(stdout, /^ \+15s NetworkPolicy default-deny added +NOT SEEN: default-deny blocks 15012: 3 pods$/m);
    assert.match(stdout, /^\+203s .* 3 of 3 SYNCED, none missing/m);
    assert.doesNotMatch(stdout, /Everything/);
  });

  test('an incident that never comes is missed, act by act', async (context) => {
    const { stopped, missed } = await play(context, withoutCut(DROP));
    assert.equal(stopped, false);
    assert.deepEqual(
      missed.map((text) => text.split(':')[0]),
      [
        '+15.0s NetworkPolicy default-deny added',
        '+20.2s VirtualService 90/10 applied',
        '+30.7s istiod drops the dead connections',
        '+36.1s agents log',
        '+77.5s no reconnect; requests still 200',
      ],
    );
    assert.match(missed[1] ?? '', /verdict="stale"\} = 3; it says 0/);
    assert.match(missed[2] ?? '', /meshladder_proxy_missing\{proxy_namespace="payment"\} = 3; it says absent/);
  });
});
