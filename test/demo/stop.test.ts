import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import { closeServer, listenOnLoopback } from '../../src/demo/http/loopback.ts';
import { type DemoRun, leftovers, nobodyListens, startDemoRun } from './demo-run.ts';

interface Stop {
  readonly name: string;
  readonly args: readonly string[];
  /** What is said before it is stopped. */
  readonly after: RegExp;
  readonly stop: (run: DemoRun) => void;
  /** Exit codes, any of them. */
  readonly codes: readonly number[];
}

const kill =
  (...signals: readonly NodeJS.Signals[]) =>
  ({ child }: DemoRun): void => {
    for (const signal of signals) child.kill(signal);
  };
/** Ctrl-C in a terminal: everybody in the group is told. */
const interrupt = ({ child }: DemoRun): void => {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
};

const STOPS: readonly Stop[] = [
  { name: 'Ctrl-C ends it', args: ['--speed', '100'], after: /\+15s /, stop: interrupt, codes: [0] },
  { name: 'SIGTERM ends it', args: ['--speed', '100'], after: /\+15s /, stop: kill('SIGTERM'), codes: [0] },
  { name: 'so does Ctrl-C before anything was seen', args: [], after: /An embedded mesh/, stop: interrupt, codes: [0] },
  {
    name: 'stopped before its end, --once has proven nothing',
    args: ['--once', '--speed', '100'],
    after: /\+15s /,
    stop: kill('SIGINT'),
    codes: [130],
  },
  // Two of one kind, sent at once, would arrive as one; of two kinds either may arrive first.
  {
    name: 'a second signal ends it at once',
    args: [],
    after: /\+0s /,
    stop: kill('SIGINT', 'SIGTERM'),
    codes: [130, 143],
  },
  { name: 'a terminal that is closed ends it', args: [], after: /\+0s /, stop: kill('SIGHUP'), codes: [129] },
];

describe('nothing is left behind', { concurrency: 2 }, () => {
  for (const { name, args, after, stop, codes } of STOPS) {
    test(name, async (context) => {
      const run = startDemoRun(context, args);
      await run.said(after);
      stop(run);
      const code = await run.ended;
      assert.ok(codes.includes(Number(code)), `${code}: ${run.stderr()}`);
      assert.equal(run.stderr(), args.includes('--once') ? STOPPED : '');
      await nobodyListens(run.url());
      assert.deepEqual(leftovers(run.folder), []);
    });
  }

  test('an exporter whose demo was killed ends by itself', async (context) => {
    const run = startDemoRun(context, ['--speed', '100']);
    await run.said(/\+0s /);
    run.child.kill('SIGKILL');
    assert.equal(await run.ended, 'SIGKILL');
    await nobodyListens(run.url());
  });

  test('an address that is taken is named, with what to do', async (context) => {
    const server = createServer();
    const address = `127.0.0.1:${await listenOnLoopback(server)}`;
    context.after(() => closeServer(server));
    const run = startDemoRun(context, ['--listen', address]);
    assert.equal(await run.ended, 2);
    assert.equal(
      run.stderr(),
      `meshladder: ${address} is taken by another program; stop it, or choose another with --listen\n`,
    );
    assert.equal(run.stdout(), '');
    assert.deepEqual(leftovers(run.folder), []);
  });

  for (const incident of ['drift', 'logging']) {
    test(`${incident}, which is seen by looks, is not played among many proxies`, async (context) => {
      const run = startDemoRun(context, ['--once', '--incident', incident, '--proxies', '50']);
      assert.equal(await run.ended, 2);
      assert.match(run.stderr(), /takes too long with --proxies 50; leave --proxies out\n$/);
      assert.deepEqual(leftovers(run.folder), []);
    });
  }
});

const STOPPED = 'meshladder: stopped before the end of the incident\n';
