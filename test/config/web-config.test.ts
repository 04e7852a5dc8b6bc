import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { findTool } from '../../scripts/find-tool.ts';
import { problemText } from '../../src/config/problem.ts';
import { loadWebConfig } from '../../src/config/web-config.ts';
import { makeCertificate } from '../../src/demo/tls/certificate.ts';

const run = promisify(execFile);
const promtool = findTool('promtool');
const HASH = '$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG';
const PAIR = 'cert_file: server.crt, key_file: server.key';
const VERIFIED = `${PAIR}, client_ca_file: ca.crt, client_auth_type: RequireAndVerifyClientCert`;
const own = makeCertificate('meshladder');
const other = makeCertificate('other');
const indented = (pem: string): string => pem.trimEnd().replace(/^/gm, '      ');

interface Case {
  readonly text: string;
  /** Absent: the file is taken. Else every line that is said of it, after the file's name. */
  readonly says?: readonly string[];
  /** What promtool says where we refuse; it has to refuse what it can see, and what else we refuse we list as ours. */
  readonly promtool?: 'takes' | 'refuses';
}

/** Taken by both, but for keys that the promtool at hand is too old for. */
const TAKEN: readonly string[] = [
  '',
  '# nothing but a comment',
  'tls_server_config:',
  'tls_server_config: {}',
  `tls_server_config: {${PAIR}}`,
  `tls_server_config: {${VERIFIED}}`,
  `tls_server_config: {${VERIFIED}, client_allowed_sans: [prometheus]}`,
  `tls_server_config: {${PAIR}, client_auth_type: RequestClientCert}`,
  `tls_server_config: {${PAIR}, client_auth_type: RequireAnyClientCert}`,
  `tls_server_config: {${PAIR}, client_auth_type: RequireClientCert}`,
  `tls_server_config: {${PAIR}, client_ca_file: ca.crt, client_auth_type: VerifyClientCertIfGiven}`,
  `tls_server_config: {${PAIR}, min_version: TLS12, max_version: TLS13}`,
  `tls_server_config: {${PAIR}, min_version: TLS13, prefer_server_cipher_suites: false}`,
  `tls_server_config: {${PAIR}, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]}`,
  `tls_server_config: {${PAIR}, curve_preferences: [X25519, CurveP256, CurveP384, CurveP521]}`,
  `tls_server_config:\n    cert: |\n${indented(own.cert)}\n    key: |\n${indented(own.key)}\n`,
  'http_server_config: {http2: false}',
  'http_server_config: {headers: {X-Frame-Options: deny, X-Content-Type-Options: nosniff, X-XSS-Protection: "0"}}',
  'http_server_config: {headers: {Strict-Transport-Security: max-age=31536000, Content-Security-Policy: default-src}}',
  `basic_auth_users: {alice: ${HASH}, "bob:by": ${HASH}}`,
  'basic_auth_users:',
  'rate_limit: {interval: 100ms, burst: 20}',
  'rate_limit: {interval: 1m30s, burst: 1}',
  'rate_limit: {interval: 0}',
];

const REFUSED: readonly (readonly [text: string, promtool: 'takes' | 'refuses', says: readonly string[]])[] = [
  ['[]', 'refuses', [':1: not a map of keys; write keys such as "istiod:" with their values below']],
  ['basic_auth_user: {}', 'refuses', [':1: basic_auth_user: unknown key; did you mean "basic_auth_users"?']],
  [
    'auth_excluded_paths: [/x]',
    'refuses',
    [
      ':1: auth_excluded_paths: unknown key; the keys here are tls_server_config, http_server_config, rate_limit, basic_auth_users',
    ],
  ],
  [
    `tls_server_config: {${PAIR}, certfile: x}`,
    'refuses',
    [':1: tls_server_config.certfile: unknown key; did you mean "cert_file"?'],
  ],
  ['tls_server_config: {cert_file: server.crt}', 'refuses', [':1: tls_server_config.key_file: missing; name the key']],
  [
    'tls_server_config: {key_file: server.key}',
    'refuses',
    [':1: tls_server_config.cert_file: missing; name the certificate'],
  ],
  [
    'tls_server_config: {cert_file: gone.crt, key_file: server.key}',
    'refuses',
    [':1: tls_server_config.cert_file: FOLDER/gone.crt: no such file; check the path'],
  ],
  [
    'tls_server_config: {cert_file: other.crt, key_file: server.key}',
    'refuses',
    [':1: tls_server_config.key_file: is not the key of this certificate'],
  ],
  [
    'tls_server_config: {cert_file: junk, key_file: junk}',
    'refuses',
    [
      ':1: tls_server_config.cert_file: holds no certificate in PEM',
      ':1: tls_server_config.key_file: holds no private key in PEM, or one behind a passphrase, which is not supported',
    ],
  ],
  [
    `tls_server_config: {${PAIR}, client_ca_file: ca.crt}`,
    'refuses',
    [
      ':1: tls_server_config.client_auth_type: missing, but there is a client CA; write RequireAndVerifyClientCert, or remove the CA',
    ],
  ],
  [
    `tls_server_config: {${PAIR}, client_auth_type: Always}`,
    'refuses',
    [
      ':1: tls_server_config.client_auth_type: "Always" is no policy for client certificates; write one of NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert, RequireClientCert',
    ],
  ],
  [
    `tls_server_config: {${PAIR}, cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]}`,
    'refuses',
    [':1: tls_server_config.cipher_suites.0: "TLS_RSA_WITH_RC4_128_SHA" is no cipher suite; write one of …'],
  ],
  [
    `tls_server_config: {${PAIR}, curve_preferences: [secp521r1]}`,
    'refuses',
    [
      ':1: tls_server_config.curve_preferences.0: "secp521r1" is no curve; write one of CurveP256, CurveP384, CurveP521, X25519',
    ],
  ],
  [
    `tls_server_config: {${PAIR}, min_version: TLS111}`,
    'refuses',
    [':1: tls_server_config.min_version: "TLS111" is no TLS version; write one of TLS12, TLS13'],
  ],
  [
    'http_server_config: {headers: {Server: x}}',
    'refuses',
    [
      ':1: http_server_config.headers.Server: cannot be set; these can: Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection, Content-Security-Policy',
    ],
  ],
  [
    'http_server_config: {headers: {X-Frame-Options: never}}',
    'refuses',
    [':1: http_server_config.headers.X-Frame-Options: must be deny or sameorigin'],
  ],
  [
    'http_server_config: {http2: perhaps}',
    'refuses',
    [':1: http_server_config.http2: must be true or false, not "perhaps"'],
  ],
  [
    'basic_auth_users: {alice: secret}',
    'refuses',
    [':1: basic_auth_users.alice: is no bcrypt hash; make one with: htpasswd -nBC 10 ""'],
  ],
  ['basic_auth_users: [alice]', 'refuses', [':1: basic_auth_users: must be a map of keys, not this']],
  [
    'rate_limit: {interval: often, burst: 1}',
    'refuses',
    [':1: rate_limit.interval: "often" is no duration; write one such as 100ms'],
  ],
  // From here on: what exporter-toolkit takes, and we refuse by name rather than pass over or obey to nobody's good.
  [
    `tls_server_config: {${PAIR}, min_version: TLS10}`,
    'takes',
    [':1: tls_server_config.min_version: "TLS10" is not supported: nothing below TLS 1.2 is; write TLS12 or TLS13'],
  ],
  [
    `tls_server_config: {${PAIR}, min_version: TLS13, max_version: TLS12}`,
    'takes',
    [':1: tls_server_config.max_version: below min_version (TLS13)'],
  ],
  [
    `tls_server_config: {${PAIR}, client_auth_type: RequireAndVerifyClientCert}`,
    'takes',
    [
      ':1: tls_server_config.client_ca_file: missing: without one, RequireAndVerifyClientCert would let in whoever has a certificate of any public authority; name your own',
    ],
  ],
  [
    'http_server_config: {http2: true}',
    'takes',
    [':1: http_server_config.http2: true is not supported: HTTP/1.1 is what is served; write false or remove the key'],
  ],
  [
    'http_server_config: {headers: {Content-Security-Policy: ""}}',
    'takes',
    [':1: http_server_config.headers.Content-Security-Policy: stands empty; write a value or remove the key'],
  ],
  [
    `basic_auth_users: {alice: ${HASH.replace('$10$', '$31$')}}`,
    'takes',
    [':1: basic_auth_users.alice: has a cost that is not supported; make it 4 to 15, as in: htpasswd -nBC 10 ""'],
  ],
  [
    'rate_limit: {interval: 1s}',
    'takes',
    [':1: rate_limit.burst: must be above 0 where there is an interval: else every request would be refused'],
  ],
];

const CASES: readonly Case[] = [
  ...TAKEN.map((text) => ({ text })),
  ...REFUSED.map(([text, verdict, says]) => ({ text, promtool: verdict, says })),
];

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshladder-web-config-'));
  const files = {
    'server.crt': own.cert,
    'server.key': own.key,
    'ca.crt': own.cert,
    'other.crt': other.cert,
    junk: 'junk',
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
});
after(() => rm(folder, { recursive: true, force: true }));

for (const [nth, { text, says }] of CASES.entries()) {
  const title = (text.split('\n')[0] ?? '') || 'an empty file';
  test(`${title}${says === undefined ? '' : ' is refused'}`, async () => {
    const file = join(folder, `${nth}.yml`);
    await writeFile(file, text);
    const { result } = await loadWebConfig(file);
    const said = result.ok ? undefined : result.problems.map((problem) => spoken(problemText(problem), file));
    assert.deepEqual(said, says);
  });
}

function spoken(line: string, file: string): string {
  return line
    .replace(file, '')
    .replace(folder, 'FOLDER')
    .replace(/(cipher suite; write one of ).*/, '$1…');
}

/** Keys younger than the promtool of a distribution (exporter-toolkit 0.9 to 0.14). */
const YOUNG = /field (client_allowed_sans|cert|key|client_ca|rate_limit) not found/;

test('promtool check web-config takes all that we take, and refuses what we say it does', {
  skip: promtool === undefined && 'promtool is not here',
}, async () => {
  const verdicts = await Promise.all(
    CASES.map(async ({ text, promtool: expected = 'takes' }, nth) => {
      const file = join(folder, `promtool-${nth}.yml`);
      await writeFile(file, text);
      const output = await run(promtool ?? '', ['check', 'web-config', file]).then(
        () => '',
        (error: { stderr: string; stdout: string }) => `${error.stdout}${error.stderr}`,
      );
      if (YOUNG.test(output)) return [];
      const took = output === '';
      return took === (expected === 'takes') ? [] : [`${text}: ${took ? 'taken' : output}`];
    }),
  );
  assert.deepEqual(verdicts.flat(), []);
});

test('what is read is whole: files resolved, names as given, defaults as exporter-toolkit has them', async () => {
  const file = join(folder, 'whole.yml');
  await writeFile(
    file,
    `tls_server_config: {${VERIFIED}, client_allowed_sans: [prometheus]}\nbasic_auth_users: {alice: ${HASH}}\nrate_limit: {interval: 1m0.5s, burst: 3}\nhttp_server_config: {headers: {X-Frame-Options: deny}}\n`,
  );
  const { files, result } = await loadWebConfig(file);
  assert.deepEqual(
    files,
    ['whole.yml', 'server.crt', 'server.key', 'ca.crt'].map((name) => join(folder, name)),
  );
  assert.ok(result.ok);
  assert.deepEqual(result.config, {
    tls: {
      cert: own.cert,
      key: own.key,
      clientCa: own.cert,
      clientAuth: 'RequireAndVerifyClientCert',
      allowedSans: ['prometheus'],
      minVersion: 'TLS12',
      maxVersion: 'TLS13',
      preferServerCiphers: true,
    },
    headers: { 'X-Frame-Options': 'deny' },
    users: new Map([['alice', HASH]]),
    rateLimit: { intervalMs: 60_500, burst: 3 },
  });
});
