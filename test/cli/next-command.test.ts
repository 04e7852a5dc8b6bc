import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CheckOptions } from '../../src/cli/check-options.ts';
import { reachingBundle, reachingTheSame } from '../../src/cli/next-command.ts';
import type { LadderDocument, RungDocument } from '../../src/sinks/report/ladder-json.ts';
import { runCli } from '../support/run-cli.ts';

const OPTIONS: CheckOptions = {
  output: 'text',
  urls: [],
  access: { wish: 'auto', caFile: undefined, tokenFile: undefined, requestToken: undefined },
  origin: {},
  rootNamespace: 'istio-system',
  inspect: true,
  timeoutMs: 1000,
  coloured: false,
};

/** A document with this command, in its own rung and in that of a namespace. */
function documentWith(command: string | null): LadderDocument {
  const rung: RungDocument = {
    id: 'x',
    number: 1,
    question: '',
    verdict: 'finding',
    summary: '',
    evidence: [],
    next: command,
  };
  const namespaces = [{ namespace: 'n', verdict: 'finding', headline: '', rungs: [rung] }] as const;
  return { at: '', about: null, verdict: 'finding', headline: null, rungs: [rung], namespaces };
}

function nextOf(command: string | null, options: Partial<CheckOptions>): string | null {
  const reached = reachingTheSame(documentWith(command), { ...OPTIONS, ...options });
  assert.equal(reached.namespaces?.[0]?.rungs[0]?.next, reached.rungs[0]?.next);
  return reached.rungs[0]?.next ?? null;
}

describe('a command to copy reaches what was asked', () => {
  const server = { server: 'http://127.0.0.1:19012' };
  const kube = { origin: { kubeconfig: '/tmp/my config', context: 'east' } };
  const overXds = {
    access: { wish: 'xds', caFile: 'ca.pem', tokenFile: undefined, requestToken: 'default' },
  } as const;
  const cases: readonly [command: string | null, options: Partial<CheckOptions>, expected: string | null][] = [
    ['meshladder status -n a', server, 'meshladder status -n a --server http://127.0.0.1:19012'],
    [
      'meshladder analyze',
      { ...server, httpConfigFile: '/tmp/my http.yml' },
      "meshladder analyze --server http://127.0.0.1:19012 --http.config.file '/tmp/my http.yml'",
    ],
    ['meshladder decode UF', server, 'meshladder decode UF'],
    ['kubectl get pods', server, 'kubectl get pods'],
    ['kubectl get pods', kube, "kubectl get pods --kubeconfig '/tmp/my config' --context east"],
    ['meshladder diff a.b', kube, "meshladder diff a.b --kubeconfig '/tmp/my config' --context east"],
    ['meshladder decode UF', kube, 'meshladder decode UF'],
    [
      'kubectl logs a | meshladder flags',
      kube,
      "kubectl logs a --kubeconfig '/tmp/my config' --context east | meshladder flags",
    ],
    ['meshladder status', {}, 'meshladder status'],
    ['meshladder diff a.b', overXds, 'meshladder diff a.b --access xds --ca-file ca.pem --request-token default'],
    ['meshladder compare a.b c.d', overXds, 'meshladder compare a.b c.d'],
    [null, server, null],
  ];
  for (const [command, options, expected] of cases) {
    test(`${command} with ${JSON.stringify(options)}`, () => assert.equal(nextOf(command, options), expected));
  }
});

describe('a command to copy asks the bundle that was looked into, or there is none', () => {
  const cases: readonly (readonly [command: string | null, expected: string | null])[] = [
    ['meshladder status', "meshladder bundle 'my report.tgz' --status"],
    ['meshladder status -n shop -o wide', "meshladder bundle 'my report.tgz' --status -n shop"],
    ['meshladder check cart-1.shop', "meshladder bundle 'my report.tgz' cart-1.shop"],
    ['meshladder compare a.shop b.shop', "meshladder compare a.shop b.shop --bundle 'my report.tgz'"],
    ['meshladder config log a.shop', "meshladder config log a.shop --bundle 'my report.tgz'"],
    ['meshladder config log a.shop --level default', null],
    ['meshladder diff a.shop', null],
    ['meshladder analyze -n shop', null],
    ['meshladder authz a.shop --from b.shop --port 80', null],
    ['meshladder decode UF', 'meshladder decode UF'],
    ['kubectl -n shop get pods', 'kubectl -n shop get pods'],
    [null, null],
  ];
  for (const [command, expected] of cases) {
    test(String(command), () => {
      const reached = reachingBundle(documentWith(command), 'my report.tgz');
      assert.deepEqual([reached.rungs[0]?.next, reached.namespaces?.[0]?.rungs[0]?.next], [expected, expected]);
    });
  }
});

test('a word of istioctl is answered with ours', async () => {
  for (const [word, ours] of [
    ['proxy-status', 'meshladder status'],
    ['pc', 'meshladder config'],
    ['x', 'meshladder authz'],
  ] as const) {
    const { code, stderr, stdout } = await runCli([word, 'clusters']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.ok(stderr.includes(ours), stderr);
  }
});
