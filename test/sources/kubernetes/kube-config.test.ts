import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { TlsMaterial } from '../../../src/sources/kubernetes/kube-access.ts';
import { type KubeConfigOptions, loadKubeAccess } from '../../../src/sources/kubernetes/kube-config.ts';

describe('kubeconfig', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  /** A kubeconfig of one cluster, user and context of this name. */
  const config = (
    name: string,
    user = 'token: sesame',
    cluster = `server: https://${name}.example.com:6443`,
  ): string => `
apiVersion: v1
kind: Config
current-context: ${name}
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}}}]
clusters:
- name: ${name}
  cluster: {${cluster}}
users:
- name: ${name}
  user: {${user}}
`;

  const load = (options: Partial<KubeConfigOptions>) => loadKubeAccess({ mode: 'kubeconfig', env: {}, ...options });

  async function complaint(options: Partial<KubeConfigOptions>): Promise<string> {
    const error = await load(options).then(
      () => assert.fail('it should have failed'),
      (cause: unknown) => cause as Error,
    );
    assert.equal(error.name, 'KubeConfigError', String(error));
    return error.message.replaceAll(folder, '');
  }

  const tlsText = ({ ca, cert, key, ...rest }: TlsMaterial) => ({
    ...rest,
    ...(ca !== undefined && { ca: ca.toString() }),
    ...(cert !== undefined && { cert: cert.toString() }),
    ...(key !== undefined && { key: key.toString() }),
  });

  describe('which', () => {
    it('is none when off, whatever there is', async () => {
      const KUBECONFIG = write('config', config('a'));
      assert.equal(await load({ mode: 'off', env: { KUBECONFIG }, kubeconfig: KUBECONFIG }), undefined);
    });

    it('is none in auto mode when there is none', async () => {
      assert.equal(await load({ mode: 'auto', env: { HOME: folder }, serviceAccountDir: folder }), undefined);
    });

    it('is, in auto mode: the file asked for, KUBECONFIG, the pod, the home folder', async () => {
      mkdirSync(join(folder, '.kube'));
      write('.kube/config', config('home'));
      write('token', 'pod token');
      write('ca.crt', 'pod CA');
      const options: Partial<KubeConfigOptions> = { mode: 'auto', serviceAccountDir: folder };
      const inPod = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443', HOME: folder };
      const KUBECONFIG = write('named', config('named'));
      const asked = write('asked', config('asked'));
      const servers = [
        await load({ ...options, kubeconfig: asked, env: { ...inPod, KUBECONFIG } }),
        await load({ ...options, env: { ...inPod, KUBECONFIG } }),
        await load({ ...options, env: inPod }),
        await load({ ...options, env: { HOME: folder } }),
      ].map((access) => access?.server);
      assert.deepEqual(servers, [
        'https://asked.example.com:6443',
        'https://named.example.com:6443',
        'https://10.96.0.1:443',
        'https://home.example.com:6443',
      ]);
    });

    it('says where it came from', async () => {
      const path = write('config', config('a'));
      assert.equal((await load({ kubeconfig: path }))?.origin, `context a of ${path}`);
    });

    it('is merged from all files of KUBECONFIG, the first winning, missing ones allowed', async () => {
      const second = config('b').replace('clusters:', 'clusters:\n- {name: a, cluster: {server: "https://other"}}');
      const paths = [join(folder, 'none'), write('one', config('a')), write('two', second)];
      const env = { KUBECONFIG: paths.join(':') };
      assert.equal((await load({ env }))?.server, 'https://a.example.com:6443');
      assert.equal((await load({ env, context: 'b' }))?.server, 'https://b.example.com:6443');
    });
  });

  describe('in a pod', () => {
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };

    it('uses the mounted token and CA, and brackets IPv6', async () => {
      write('token', 'pod token\n');
      write('ca.crt', 'pod CA');
      const access = await load({ mode: 'in-cluster', env, serviceAccountDir: folder });
      assert.equal(access?.server, 'https://[fd00::1]:6443');
      assert.equal(access?.origin, 'in-cluster');
      const { headers, tls } = await access!.credentials();
      assert.deepEqual(headers, { authorization: 'Bearer pod token' });
      assert.deepEqual(tlsText(tls), { ca: 'pod CA' });
    });

    it('reads the token again when asked to renew', async () => {
      write('token', 'first');
      write('ca.crt', 'pod CA');
      const access = await load({ mode: 'in-cluster', env, serviceAccountDir: folder });
      assert.deepEqual((await access!.credentials()).headers, { authorization: 'Bearer first' });
      write('token', 'second');
      await access!.renew();
      assert.deepEqual((await access!.credentials()).headers, { authorization: 'Bearer second' });
    });

    it('complains where there is no pod, or no token', async () => {
      const noPod = await complaint({ mode: 'in-cluster', serviceAccountDir: folder });
      assert.match(noPod, /^KUBERNETES_SERVICE_HOST is not set: this is no pod; use kubernetes.mode kubeconfig$/);
      const noToken = await complaint({ mode: 'in-cluster', env, serviceAccountDir: folder });
      assert.match(noToken, /^\/token cannot be read: set automountServiceAccountToken: true/);
    });
  });

  describe('credentials', () => {
    const base64 = (text: string): string => Buffer.from(text).toString('base64');

    async function credentialsFor(user: string, cluster?: string) {
      const access = await load({ kubeconfig: write('config', config('a', user, cluster)) });
      const { headers, tls } = await access!.credentials();
      return { headers, tls: tlsText(tls) };
    }

    it('may be a token', async () => {
      assert.deepEqual(await credentialsFor('token: sesame'), { headers: { authorization: 'Bearer sesame' }, tls: {} });
    });

    it('may be a file beside the kubeconfig, which wins over a token and is read anew', async () => {
      write('token.txt', 'from a file\n');
      const access = await load({ kubeconfig: write('config', config('a', 'token: old, tokenFile: token.txt')) });
      assert.deepEqual((await access!.credentials()).headers, { authorization: 'Bearer from a file' });
      write('token.txt', 'rotated');
      await access!.renew();
      assert.deepEqual((await access!.credentials()).headers, { authorization: 'Bearer rotated' });
    });

    it('may be a name and a password', async () => {
      assert.deepEqual((await credentialsFor('username: me, password: secret')).headers, {
        authorization: `Basic ${base64('me:secret')}`,
      });
    });

    it('may be a certificate, inline or in files', async () => {
      const inline = `client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}`;
      assert.deepEqual((await credentialsFor(inline)).tls, { cert: 'CERT', key: 'KEY' });
      write('me.crt', 'CERT FILE');
      write('me.key', 'KEY FILE');
      const files = 'client-certificate: me.crt, client-key: me.key';
      assert.deepEqual((await credentialsFor(files)).tls, { cert: 'CERT FILE', key: 'KEY FILE' });
    });

    it('come with what the cluster says of TLS', async () => {
      const cluster = `server: "https://x", certificate-authority-data: ${base64('CA')}, tls-server-name: other.example.com`;
      assert.deepEqual((await credentialsFor('token: t', cluster)).tls, { ca: 'CA', servername: 'other.example.com' });
      const lax = 'server: "https://x", insecure-skip-tls-verify: true';
      assert.deepEqual((await credentialsFor('token: t', lax)).tls, { rejectUnauthorized: false });
    });

    it('apply the CA even where the context names no user', async () => {
      const text = config('a', 'token: t', `server: "https://x", certificate-authority-data: ${base64('CA')}`);
      const access = await load({ kubeconfig: write('config', text.replace(', user: a}}', '}}')) });
      assert.deepEqual(tlsText((await access!.credentials()).tls), { ca: 'CA' });
    });

    it('may come from an exec plugin, which is told what it is asked for', async () => {
      const plugin = write(
        'plugin',
        `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> ${folder}/calls
echo "{\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"plugged-$(wc -l < ${folder}/calls | tr -d ' ')\\"}}"\n`,
      );
      chmodSync(plugin, 0o755);
      const exec = `exec: {apiVersion: client.authentication.k8s.io/v1, command: ${plugin}, interactiveMode: Never}`;
      const access = await load({ kubeconfig: write('config', config('a', exec)) });
      assert.deepEqual((await access!.credentials()).headers, { authorization: 'Bearer plugged-1' });
      assert.deepEqual((await access!.credentials()).headers, { authorization: 'Bearer plugged-1' });
      await access!.renew();
      assert.deepEqual((await access!.credentials()).headers, { authorization: 'Bearer plugged-2' });
    });

    it('fail with the words of a plugin that fails', async () => {
      const plugin = write('plugin', '#!/bin/sh\necho "please sign in first" >&2\nexit 1\n');
      chmodSync(plugin, 0o755);
      const exec = `exec: {apiVersion: client.authentication.k8s.io/v1, command: ${plugin}}`;
      const access = await load({ kubeconfig: write('config', config('a', exec)) });
      await assert.rejects(access!.credentials(), /please sign in first/);
    });

    it('work over plain HTTP, where there is nothing to verify', async () => {
      assert.deepEqual((await credentialsFor('token: t', 'server: "http://127.0.0.1:8001"')).headers, {
        authorization: 'Bearer t',
      });
    });
  });

  describe('a mistake', () => {
    const good = config('a');
    const mistakes = [
      {
        what: 'a server that is no URL',
        text: config('a', 'token: t', 'server: nonsense'),
        says: /^kubeconfig \/config: the server of cluster a is no http\(s\) URL$/,
      },
      {
        what: 'a password in the URL',
        text: config('a', 'token: t', 'server: "https://me:secret@x"'),
        says: /the server of cluster a holds a user name: put it under users$/,
      },
      {
        what: 'no current-context',
        text: good.replace('current-context: a', ''),
        says: /no current-context; choose one with --context: a$/,
      },
      {
        what: 'a cluster that is missing',
        text: good.replace('cluster: a,', 'cluster: b,'),
        says: /context a names cluster b, which is missing$/,
      },
      {
        what: 'a user who is missing',
        text: good.replace('user: a}', 'user: b}'),
        says: /context a names user b, who is missing$/,
      },
      {
        what: 'a cluster without a server',
        text: config('a', 'token: t', ''),
        says: /^kubeconfig \/config: clusters\[0\].cluster.server is missing$/,
      },
      { what: 'an empty file', text: '', says: /^kubeconfig \/config: it holds no configuration$/ },
      { what: 'a list', text: '- a\n- b\n', says: /^kubeconfig \/config: it holds no configuration$/ },
      {
        what: 'a SOCKS proxy',
        text: config('a', 'token: t', 'server: "https://x", proxy-url: "socks5://me:secret@p:1080"'),
        says: /^context a of \/config: proxy-url is socks5:; only http: and https: proxies are supported$/,
      },
    ];
    for (const { what, text, says } of mistakes) {
      it(`is told: ${what}`, async () => {
        assert.match(await complaint({ kubeconfig: write('config', text) }), says);
      });
    }

    it('is told: a context that is not there, with those that are', async () => {
      const said = await complaint({ kubeconfig: write('config', good), context: 'production' });
      assert.equal(said, 'kubeconfig /config: there is no context production; there are: a');
    });

    it('is told: a file that is not there', async () => {
      const said = await complaint({ kubeconfig: join(folder, 'none') });
      assert.equal(said, 'kubeconfig /none: there is no such file; give another with --kubeconfig');
      assert.match(
        await complaint({ env: { KUBECONFIG: join(folder, 'none') } }),
        /^no kubeconfig at \/none: give --kubeconfig/,
      );
      assert.match(await complaint({ env: { HOME: folder } }), /^no kubeconfig: give --kubeconfig, set KUBECONFIG, or/);
    });

    it('is told without the secrets beside it', async () => {
      const broken = `users:\n- name: a\n  user:\n    token: verysecret\n    : [ {broken: verysecret\n`;
      const said = await complaint({ kubeconfig: write('config', broken) });
      assert.match(said, /^kubeconfig \/config: line \d+ is no YAML \([A-Z_]+\)$/);
      assert.ok(!said.includes('verysecret'));
    });
  });
});
