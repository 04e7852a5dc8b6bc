import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { json as kubeJson, status as kubeStatus, startFakeKubeApi } from '../support/fake-kube-api.ts';
import { assertGolden } from '../support/golden.ts';
import { startRecordedCluster } from '../support/recorded-cluster.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { runProcess } from '../support/run-process.ts';

const SCHEMA = JSON.parse(await readFile(new URL('../../docs/schemas/authz.json', import.meta.url), 'utf8')) as object;
const folder = await mkdtemp(join(tmpdir(), 'meshladder-authz-'));
after(() => rm(folder, { recursive: true }));

const POLICIES = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: admin, namespace: shop}
spec: {action: DENY, rules: [{to: [{operation: {paths: ["/admin*"]}}]}]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: web, namespace: shop}
spec:
  rules:
  - {from: [{source: {principals: [cluster.local/ns/frontend/sa/web]}}], to: [{operation: {methods: [GET]}}]}
  - {when: [{key: "request.headers[x-token]", values: [secret]}]}
  - {when: [{key: "request.auth.claims[realm][roles]", values: [operator]}]}
`;
const PODS = `
apiVersion: v1
kind: Pod
metadata: {name: cart-7d9c-abcde, namespace: shop, labels: {app: cart}}
spec: {serviceAccountName: cart, containers: [{name: app, ports: [{containerPort: 8080}]}, {name: istio-proxy}]}
status: {podIP: 10.1.0.9}
---
apiVersion: v1
kind: Pod
metadata: {name: job, namespace: legacy}
spec: {containers: [{name: app}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp-raw, port: 9999}]}
`;

/** Runs with these texts as files. */
async function authz(args: readonly string[], ...texts: readonly string[]): Promise<CliResult> {
  const files = await Promise.all(
    texts.map(async (text, nth) => {
      const path = join(folder, `${nth}.yaml`);
      await writeFile(path, text);
      return path;
    }),
  );
  return runCli(['authz', ...args, ...files]);
}

interface Answer {
  readonly decision: string;
  readonly reason: string;
  readonly by: unknown;
  readonly needs: readonly string[];
  readonly request: Readonly<Record<string, unknown>>;
  readonly notes: readonly string[];
}

async function answer(
  args: readonly string[],
  ...texts: readonly string[]
): Promise<Answer & { readonly code: number }> {
  const run = await authz([...args, '-o', 'json'], ...texts);
  assert.equal(run.stderr, '');
  return { ...(JSON.parse(run.stdout) as Answer), code: run.code };
}

const WEB = ['--from', 'frontend/web'];

describe('exit codes', () => {
  const table: readonly (readonly [about: string, args: readonly string[], decision: string, code: number])[] = [
    ['allowed', [...WEB, '--method', 'GET', '--path', '/'], 'allow', 0],
    ['denied by a rule', [...WEB, '--method', 'GET', '--path', '/admin'], 'deny', 1],
    ['denied for want of one', [...WEB, '--method', 'PUT', '--path', '/', '--no-jwt'], 'deny', 1],
    ['nobody told of a token', [...WEB, '--method', 'PUT', '--path', '/'], 'unknown', 2],
    ['a header that is given', ['--path', '/', '--header', 'X-Token=secret'], 'allow', 0],
    ['as curl writes it', ['--path', '/', '--header', 'x-token: secret'], 'allow', 0],
    [
      'twice, they are joined',
      ['--path', '/', '--header', 'x-token=secret', '--header', 'x-token=b', '--from', 'plaintext', '--no-jwt'],
      'deny',
      1,
    ],
    ['a claim inside another', ['--path', '/', '--jwt-claim', 'realm[roles]=operator'], 'allow', 0],
    [
      'a claim of several values',
      ['--path', '/', '--jwt-claim', 'realm[roles]=x', '--jwt-claim', 'realm[roles]=operator'],
      'allow',
      0,
    ],
    ['another claim', ['--path', '/', '--from', 'plaintext', '--jwt-claim', 'roles=operator'], 'deny', 1],
  ];
  for (const [about, args, decision, code] of table) {
    test(about, async () => {
      const answered = await answer(['cart.shop', ...args], POLICIES);
      assert.deepEqual([answered.decision, answered.code], [decision, code], answered.reason);
    });
  }
});

describe('who calls', () => {
  const forms: readonly (readonly [from: string, principal: unknown, ip?: string])[] = [
    ['frontend/web', 'cluster.local/ns/frontend/sa/web'],
    ['cluster.local/ns/frontend/sa/web', 'cluster.local/ns/frontend/sa/web'],
    ['spiffe://td/ns/frontend/sa/web', 'td/ns/frontend/sa/web'],
    ['cart-7d9c-abcde.shop', 'cluster.local/ns/shop/sa/cart', '10.1.0.9'],
    ['job.legacy', 'cluster.local/ns/legacy/sa/default'],
    ['plaintext', null],
    ['10.2.3.4', undefined, '10.2.3.4'],
  ];
  for (const [from, principal, ip] of forms) {
    test(from, async () => {
      const { request } = await answer(['cart-7d9c-abcde.shop', '--from', from], POLICIES, PODS);
      assert.deepEqual([request['principal'], request['source_ip']], [principal, ip]);
    });
  }

  test('in the words of the mesh configuration', async () => {
    const mesh =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\ndata: {mesh: "trustDomain: corp"}';
    const { request, decision } = await answer(['cart.shop', ...WEB, '--method', 'GET', '--path', '/'], POLICIES, mesh);
    assert.deepEqual([request['principal'], decision], ['corp/ns/frontend/sa/web', 'allow']);
  });

  test('a pod that no file tells of', async () => {
    const { code, stderr } = await authz(['cart.shop', '--from', 'x.y'], POLICIES);
    assert.deepEqual(
      [code, stderr.startsWith('meshladder: --from x.y: there is no such pod or workload; give its identity')],
      [2, true],
    );
  });
});

describe('what objects say beside policies', () => {
  const about = ['cart-7d9c-abcde.shop'];

  test("a service's port is not the container's", async () => {
    const { notes } = await answer([...about, '--port', '80'], POLICIES, PODS);
    assert.deepEqual(notes, ["80 is the port of service cart; policies see the container's: --port 8080"]);
  });

  test('a port called tcp is read as TCP', async () => {
    const { notes, request } = await answer([...about, '--port', '9999', '--method', 'GET'], POLICIES, PODS);
    assert.deepEqual(
      [notes, request['protocol']],
      [['port 9999 is called tcp-raw: the proxy reads it as TCP, and sees no HTTP'], 'tcp'],
    );
  });

  test('STRICT refuses plaintext, and DISABLE hides who calls', async () => {
    const peer = (mode: string): string =>
      `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: m, namespace: shop}\nspec: {mtls: {mode: ${mode}}}`;
    const plain = await answer(
      [...about, '--from', 'plaintext', '--header', 'x-token=secret', '--path', '/'],
      POLICIES,
      PODS,
      peer('STRICT'),
    );
    assert.deepEqual([plain.decision, plain.by, plain.code], ['deny', null, 1]);
    assert.match(plain.reason, /^PeerAuthentication shop\/m is STRICT/);
    const hidden = await answer(
      [...about, ...WEB, '--method', 'GET', '--path', '/', '--no-jwt'],
      POLICIES,
      PODS,
      peer('DISABLE'),
    );
    assert.deepEqual([hidden.decision, hidden.request['principal']], ['deny', null]);
    assert.match(hidden.notes.join(), /shop\/m is DISABLE: the server takes no mTLS/);
    const fine = await answer([...about, ...WEB, '--method', 'GET', '--path', '/'], POLICIES, PODS, peer('STRICT'));
    assert.equal(fine.decision, 'allow');
  });

  test('claims that nothing would read', async () => {
    const claim = ['--path', '/', '--jwt-claim', 'realm[roles]=operator'];
    const reader =
      'apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {name: r, namespace: shop}\nspec: {jwtRules: [{issuer: x}]}';
    assert.match(
      (await answer([...about, ...claim], POLICIES, PODS)).notes.join(),
      /no RequestAuthentication selects this workload/,
    );
    assert.deepEqual((await answer([...about, ...claim], POLICIES, PODS, reader)).notes, []);
  });

  test('a pod without a proxy is answered for as if it had one', async () => {
    const { notes, decision } = await answer(['job.legacy', '--path', '/admin'], POLICIES, PODS);
    assert.deepEqual(
      [decision, notes],
      ['allow', ['the pod has no istio-proxy where it is written down; answered as if it had']],
    );
  });

  test('selectors, where no file tells of the pod: all of them if one pod can have all', async () => {
    const select = (name: string, app: string): string =>
      `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: ${name}}\nspec: {action: DENY, selector: {matchLabels: {app: ${app}}}, rules: [{}]}\n---\n`;
    const one = await answer(['cart.shop'], select('a', 'cart'));
    assert.deepEqual([one.decision, one.notes.length], ['deny', 1]);
    assert.match(one.notes[0] ?? '', /labelled app=cart as selectors ask/);
    const two = await answer(['cart.shop'], select('a', 'cart') + select('b', 'other'));
    assert.deepEqual([two.decision, two.needs, two.code], ['unknown', ['labels'], 2]);
    assert.equal(
      (await answer(['cart.shop', '--label', 'app=third'], select('a', 'cart') + select('b', 'other'))).decision,
      'allow',
    );
    assert.equal(
      (await answer(['cart.shop', '--label', 'app=other'], select('a', 'cart') + select('b', 'other'))).decision,
      'deny',
    );
  });

  test('a name that is none of the pods in the files', async () => {
    const { code, stderr } = await authz(['crat.shop'], POLICIES, PODS);
    assert.deepEqual(
      [code, stderr],
      [2, 'meshladder: there is no pod or workload crat in namespace shop; its pods in the files have other names\n'],
    );
  });

  test('a waypoint before an ambient pod has its say first', async () => {
    const ambient = PODS.replace(
      'labels: {app: cart}',
      'labels: {app: cart}, annotations: {ambient.istio.io/redirection: enabled}',
    ).replace(', {name: istio-proxy}', '');
    const waypoint = ambient.replace(
      'name: cart, namespace: shop}',
      'name: cart, namespace: shop, labels: {istio.io/use-waypoint: way}}',
    );
    const { decision, reason } = await answer(['cart-7d9c-abcde.shop', '--path', '/'], waypoint);
    assert.deepEqual(
      [decision, reason],
      ['unknown', 'waypoint shop/way has its say first: ask for it, meshladder authz way.shop --service NAME.shop'],
    );
    assert.equal((await answer(['cart-7d9c-abcde.shop', '--path', '/'], ambient)).decision, 'allow');
    // At the ztunnel, a DENY rule loses its path and denies all.
    assert.equal((await answer(['cart-7d9c-abcde.shop', '--path', '/'], ambient, POLICIES)).decision, 'deny');
  });
});

describe('a service is answered by its workloads', () => {
  const pod = (name: string, version: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop, labels: {app: pay, version: ${version}}}
spec: {containers: [{name: app}, {name: istio-proxy}]}
`;
  const SHOP = [
    pod('pay-v1-6d8f9b7c5d-2xkqp', 'v1'),
    pod('pay-v1-6d8f9b7c5d-9zrtw', 'v1'),
    pod('pay-v2-7b9c6d5f4e-m8zrt', 'v2'),
    'apiVersion: v1\nkind: Service\nmetadata: {name: pay, namespace: shop}\nspec: {selector: {app: pay}, ports: [{port: 80, targetPort: 8080}]}\n',
    'apiVersion: v1\nkind: Service\nmetadata: {name: nobody, namespace: shop}\nspec: {selector: {app: nobody}, ports: [{port: 80}]}\n',
    'apiVersion: v1\nkind: Service\nmetadata: {name: outside, namespace: shop}\nspec: {ports: [{port: 80}]}\n',
    `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: no-8080, namespace: shop}
spec: {selector: {matchLabels: {version: v2}}, action: DENY, rules: [{to: [{operation: {ports: ["8080"]}}]}]}
`,
  ].join('---\n');

  for (const target of ['shop/pay', 'svc/pay.shop', 'pay.shop']) {
    test(`${target}: who denies is told in full, and what the others say`, async () => {
      const { code, stdout } = await authz([target, '--from', 'web/frontend', '-o', 'json'], SHOP);
      const validate = new Ajv2020({ strict: true }).compile(SCHEMA);
      assert.ok(validate(JSON.parse(stdout)), JSON.stringify(validate.errors));
      const {
        decision,
        target: asked,
        request,
        service,
      } = JSON.parse(stdout) as {
        readonly decision: string;
        readonly target: { readonly name: string };
        readonly request: { readonly port: number };
        readonly service: { readonly workloads: readonly { readonly workload: string; readonly decision: string }[] };
      };
      assert.deepEqual([code, decision, asked.name, request.port], [1, 'deny', 'pay-v2-7b9c6d5f4e-m8zrt', 8080]);
      assert.deepEqual(
        service.workloads.map((each) => `${each.workload} ${each.decision}`),
        ['pay-v2 deny', 'pay-v1 allow'],
      );
    });
  }

  test("its own port is as good as the container's", async () => {
    for (const port of ['80', '8080']) {
      const { code, stdout } = await authz(['shop/pay', '--from', 'web/frontend', '--port', port], SHOP);
      assert.equal(code, 1);
      assert.match(
        stdout,
        /^service pay\.shop leads to pay-v2 DENIED, pay-v1 ALLOWED; of pay-v2:\nDENIED: .*port 8080/,
      );
    }
  });

  for (const [target, said] of [
    ['shop/nobody', /service shop\/nobody selects no pod/],
    ['shop/outside', /service shop\/outside has no selector, so who answers is not known/],
    ['shop/pay/x', /shop\/pay\/x: write it as NAME\.NAMESPACE, or a service as NAMESPACE\/NAME/],
  ] as const) {
    test(`${target} has no answer`, async () => {
      const { code, stdout, stderr } = await authz([target], SHOP);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, said);
    });
  }

  test('a workload by its kind', async () => {
    const { code } = await authz(['deploy/pay-v1.shop', '--from', 'web/frontend'], SHOP);
    assert.equal(code, 0);
  });
});

describe('wrong use is told in one line', () => {
  const table: readonly (readonly [args: readonly string[], said: RegExp])[] = [
    [['cart'], /write it as NAME\.NAMESPACE/],
    [['cart.shop', '-o', 'yaml'], /-o yaml: give text or json/],
    [['cart.shop', '--from', 'a/b/c'], /--from a\/b\/c: give POD\.NAMESPACE/],
    [['cart.shop', '--from', 'web'], /--from web: write it as NAME\.NAMESPACE/],
    [['cart.shop', '--port', '0'], /--port 0: give 1 to 65535/],
    [['cart.shop', '--port', 'http'], /--port http/],
    [['cart.shop', '--path', 'admin'], /a path begins with \//],
    [['cart.shop', '--from-ip', '10.0.0'], /--from-ip 10\.0\.0: not an address/],
    [['cart.shop', '--header', 'x-token'], /--header x-token: write it as NAME=VALUE/],
    [['cart.shop', '--label', '=x'], /--label =x: write it as NAME=VALUE/],
    [['cart.shop', '--jwt-claim', 'a[b=c'], /--jwt-claim a\[b=…/],
    [['cart.shop', '--no-jwt', '--jwt-claim', 'a=b'], /--no-jwt and --jwt-claim: give one of them/],
    [['cart.shop', '--tcp', '--path', '/'], /--tcp: a TCP connection has no method/],
  ];
  for (const [args, said] of table) {
    test(args.join(' '), async () => {
      const { code, stdout, stderr } = await authz(args, POLICIES);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, said);
      assert.equal(stderr.trim().split('\n').length, 1);
    });
  }

  test('files that are no files, or no objects', async () => {
    const missing = await runCli(['authz', 'cart.shop', join(folder, 'nosuch.yaml')]);
    assert.match(missing.stderr, /nosuch\.yaml: there is no such file/);
    assert.match((await runCli(['authz', 'cart.shop', folder])).stderr, /is a folder/);
    assert.match((await authz(['cart.shop'], 'a: [')).stderr, /0\.yaml: .* at line 1/);
    assert.match((await authz(['cart.shop'], '- a')).stderr, /a document that is no object/);
    assert.match(
      (await authz(['cart.shop'], 'apiVersion: v1\nkind: Pod\nmetadata: {}')).stderr,
      /0\.yaml: Pod an object has no name/,
    );
    assert.match((await runCli(['authz', 'cart.shop', '-', '-'])).stderr, /stdin can be read once only/);
  });
});

test('stdin, as from kubectl get -o yaml', async () => {
  const list = JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'security.istio.io/v1',
        kind: 'AuthorizationPolicy',
        metadata: { name: 'none', namespace: 'shop' },
        spec: {},
      },
    ],
  });
  const { code, stdout } = await runCli(['authz', 'cart.shop', '-'], { stdin: list });
  assert.equal(code, 1);
  assert.match(stdout, /^DENIED: HTTP from an unknown caller, to shop\/cart$/m);
});

test('what policies say cannot steer a terminal', async () => {
  const evil = POLICIES.replace('/admin*', '/\\e[31madmin\\u202e*');
  const { stdout } = await authz(['cart.shop', '--path', '/'], evil);
  assert.match(stdout, /\[31madmin/);
  assert.doesNotMatch(stdout.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
});

describe('printed', () => {
  const golden: readonly (readonly [name: string, args: readonly string[]])[] = [
    ['authz-allowed', ['cart-7d9c-abcde.shop', ...WEB, '--method', 'GET', '--path', '/cart', '--port', '8080']],
    ['authz-denied', ['cart-7d9c-abcde.shop', ...WEB, '--method', 'GET', '--path', '/admin/users?x=1']],
    ['authz-cannot-tell', ['cart-7d9c-abcde.shop', '--path', '/']],
    ['authz-json', ['cart-7d9c-abcde.shop', '--from', 'plaintext', '--tcp', '-o', 'json']],
  ];
  for (const [name, args] of golden) {
    test(name, async () => {
      const { stdout, stderr, code } = await authz(args, POLICIES, PODS);
      await assertGolden(
        `cli/${name}.txt`,
        `$ meshladder authz ${args.join(' ')} policies.yaml pods.yaml   (exit code ${code})\n${stdout}${stderr}`,
      );
    });
  }

  test('authz-help', async () => {
    const { stdout, code } = await runCli(['authz', '--help']);
    await assertGolden('cli/authz-help.txt', `$ meshladder authz --help   (exit code ${code})\n${stdout}`);
  });
});

describe('live', () => {
  test('the objects of a real API over real sockets: by pod, by workload, and between two pods', async (context) => {
    const { kubeconfig } = await startRecordedCluster(context, folder, 1);
    const live = async (...args: readonly string[]): Promise<Answer & { readonly code: number | null }> => {
      const run = await runProcess(['authz', ...args, '-o', 'json', '--kubeconfig', kubeconfig]);
      assert.equal(run.stderr, '');
      return { ...(JSON.parse(run.stdout) as Answer), code: run.code };
    };
    const pods = ['payment-svc-v1.payment', '--path', '/pay', '--method', 'POST', '--port', '8080'];
    const allowed = await live(...pods, '--from', 'payment/checkout');
    assert.deepEqual(
      [allowed.decision, allowed.by],
      ['allow', { policy_namespace: 'payment', policy: 'payment-allow', rule: '0' }],
    );
    const admin = await live(
      'payment-svc-v1.payment',
      '--path',
      '/admin',
      '--from',
      'payment/checkout',
      '--method',
      'GET',
    );
    assert.deepEqual(
      [admin.decision, admin.code, admin.by],
      ['deny', 1, { policy_namespace: 'payment', policy: 'payment-deny-admin', rule: '0' }],
    );
    const plain = await live(...pods, '--from', 'plaintext');
    assert.match(plain.reason, /PeerAuthentication payment\/payment-strict is STRICT/);
  });

  test('policies that may not be read: said, and nothing guessed', async () => {
    const kube = await startFakeKubeApi();
    kube.always('/apis', kubeJson({ groups: [{ name: 'security.istio.io', versions: [{ version: 'v1' }] }] }));
    kube.always('/apis/security.istio.io/v1', kubeJson({ resources: [{ name: 'authorizationpolicies' }] }));
    kube.always(
      '/apis/security.istio.io/v1/authorizationpolicies',
      kubeStatus(403, 'authorizationpolicies is forbidden', 'Forbidden'),
    );
    const kubeconfig = join(folder, 'denied');
    await writeFile(
      kubeconfig,
      JSON.stringify({
        'current-context': 'x',
        clusters: [{ name: 'c', cluster: { server: kube.url } }],
        users: [{ name: 'u', user: { token: 't' } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      }),
    );
    const { code, stdout, stderr } = await runProcess(['authz', 'cart.shop', '--kubeconfig', kubeconfig]);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /^meshladder: AuthorizationPolicies are not known: .*forbidden/);
    await kube.stop();
  });

  test('no cluster to ask', async () => {
    const { code, stderr } = await runProcess(['authz', 'cart.shop']);
    assert.deepEqual(
      [code, stderr],
      [2, 'meshladder: no kubeconfig, and this is no pod: give --kubeconfig, or give YAML files of the objects\n'],
    );
  });
});
