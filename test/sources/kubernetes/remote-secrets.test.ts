import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { KubeApi, ListPage, RawObject } from '../../../src/sources/kubernetes/kube-api.ts';
import { KubeConfigError } from '../../../src/sources/kubernetes/kube-config-error.ts';
import { remoteAccess } from '../../../src/sources/kubernetes/remote-secrets/access.ts';
import { listRemoteSecrets } from '../../../src/sources/kubernetes/remote-secrets/list.ts';

const NEVER = new AbortController().signal;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function secret(name: string, data: unknown, version = '7'): RawObject {
  return { metadata: { name, uid: `uid-${name}`, resourceVersion: version }, data };
}

/** Answers with these pages, and remembers what it was asked. */
function apiOf(...pages: readonly Partial<ListPage>[]) {
  const asked: [path: string, query: unknown][] = [];
  const api: Pick<KubeApi, 'list'> = {
    async *list(path, query) {
      asked.push([path, query]);
      for (const page of pages) yield { items: [], resourceVersion: '1', ...page };
    },
  };
  return { api, asked };
}

describe('remote secrets', () => {
  test('every key is a cluster; the first Secret that names one has it', async () => {
    const first = secret('a', { west: base64('one'), north: base64('two') });
    const second = secret('b', { west: base64('three'), south: base64('four') }, '9');
    const { api, asked } = apiOf({ items: [first] }, { items: [second] });
    const found = await listRemoteSecrets(api, 'istio-control', NEVER);
    assert.deepEqual(
      found.map(({ version: _, ...rest }) => rest),
      [
        { cluster: 'west', kubeconfig: 'one', secret: 'istio-control/a' },
        { cluster: 'north', kubeconfig: 'two', secret: 'istio-control/a' },
        { cluster: 'south', kubeconfig: 'four', secret: 'istio-control/b' },
      ],
    );
    assert.deepEqual(asked, [
      ['/api/v1/namespaces/istio-control/secrets', { labelSelector: 'istio/multiCluster=true' }],
    ]);
  });

  test('only another kubeconfig is another version', async () => {
    const versionOf = async (text: string, resourceVersion: string): Promise<string | undefined> => {
      const { api } = apiOf({ items: [secret('a', { west: base64(text) }, resourceVersion)] });
      return (await listRemoteSecrets(api, 'istio-system', NEVER))[0]?.version;
    };
    assert.equal(await versionOf('one', '7'), await versionOf('one', '8'));
    assert.notEqual(await versionOf('one', '7'), await versionOf('two', '7'));
  });

  test('a list that began anew forgets the pages before', async () => {
    const { api } = apiOf(
      { items: [secret('a', { west: base64('old') })] },
      { items: [secret('b', { west: base64('new') })], restarted: true },
    );
    const found = await listRemoteSecrets(api, 'istio-system', NEVER);
    assert.deepEqual(
      found.map(({ kubeconfig }) => kubeconfig),
      ['new'],
    );
  });

  test('whatever a Secret holds, it is read or left out', async () => {
    const anything = fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.jsonValue())));
    await fc.assert(
      fc.asyncProperty(anything, anything, async (metadata, data) => {
        const { api } = apiOf({ items: [{ metadata, data }] });
        for (const { cluster, kubeconfig } of await listRemoteSecrets(api, 'istio-system', NEVER)) {
          assert.notEqual(cluster, '');
          assert.equal(typeof kubeconfig, 'string');
        }
      }),
    );
  });
});

interface Changed {
  readonly cluster?: object;
  readonly user?: object;
}

/** As `istioctl create-remote-secret` writes it (Istio istioctl/pkg/multicluster/remote_secret.go), changed. */
function kubeconfigOf({ cluster = {}, user = {} }: Changed): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'west',
    clusters: [
      {
        name: 'west',
        cluster: { server: 'https://10.0.0.1:6443', 'certificate-authority-data': base64('PEM'), ...cluster },
      },
    ],
    contexts: [{ name: 'west', context: { cluster: 'west', user: 'west' } }],
    users: [{ name: 'west', user: { token: 's3cr3t', ...user } }],
  });
}

const accessOf = (kubeconfig: string) =>
  remoteAccess({ cluster: 'west', kubeconfig, secret: 'istio-system/remote', version: '1' });

/** What would have us run a command, read a file of ours, or believe anybody. */
const REACHES: readonly (readonly [what: string, Changed])[] = [
  [
    'exec',
    { user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/sh', args: ['-c', 'id'] } } },
  ],
  ['auth-provider', { user: { 'auth-provider': { name: 'gcp', config: { 'cmd-path': '/bin/sh' } } } }],
  ['tokenFile', { user: { token: '', tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token' } }],
  ['client-certificate', { user: { 'client-certificate': '/etc/shadow' } }],
  ['client-key', { user: { 'client-key': '/etc/shadow' } }],
  ['certificate-authority', { cluster: { 'certificate-authority': '/etc/shadow' } }],
  ['insecure-skip-tls-verify', { cluster: { 'insecure-skip-tls-verify': true } }],
];

describe('the kubeconfig of a remote secret', () => {
  test('leads to its server with its token', async () => {
    const access = await accessOf(kubeconfigOf({}));
    assert.equal(access.server, 'https://10.0.0.1:6443');
    assert.equal((await access.credentials()).headers['authorization'], 'Bearer s3cr3t');
    assert.equal(access.origin, 'remote secret istio-system/remote, cluster west');
  });

  for (const [what, changed] of REACHES) {
    test(`is refused with ${what}, without a word of what it holds`, async () => {
      await assert.rejects(accessOf(kubeconfigOf(changed)), (error) => {
        assert.ok(error instanceof KubeConfigError);
        const start = `remote secret istio-system/remote, cluster west: ${what} may not stand there; write the Secret with istioctl`;
        assert.ok(error.message.startsWith(start), error.message);
        assert.ok(!/s3cr3t|shadow|\/bin\/sh/.test(error.message));
        return true;
      });
    });
  }

  test('is refused where a merge key would bring it in', async () => {
    const evil = `x: &evil {exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh}}\n`;
    const text = `${evil}apiVersion: v1\nkind: Config\ncurrent-context: west\nclusters: [{name: west, cluster: {server: 'https://10.0.0.1'}}]\ncontexts: [{name: west, context: {cluster: west, user: west}}]\nusers: [{name: west, user: {<<: *evil, token: a}}]\n`;
    const access = await accessOf(text).catch((error: unknown) => error);
    if (access instanceof KubeConfigError) assert.match(access.message, /exec may not stand there/);
    else
      assert.equal(
        (await (access as Awaited<ReturnType<typeof accessOf>>).credentials()).headers['authorization'],
        'Bearer a',
      );
  });

  for (const text of ['', '[]', 'users: [', 'token: s3cr3t', '{"apiVersion":"v1","current-context":"x"}']) {
    test(`that is none is refused: ${text}`, async () => {
      await assert.rejects(accessOf(text), (error) => {
        assert.ok(error instanceof KubeConfigError);
        assert.ok(error.message.startsWith('remote secret istio-system/remote, cluster west: '), error.message);
        assert.ok(!error.message.includes('s3cr3t'));
        return true;
      });
    });
  }
});
