import fc from 'fast-check';
import type { PolicyObject, RuleObject } from './authorization-rbac.ts';
import type { SentRequest } from './rbac-envoy.ts';

/** Policies of one workload, and requests to it. `$PORT` in a policy stands for the workload's port. */
export interface AuthorizationCase {
  readonly about: string;
  readonly protocol?: 'http' | 'tcp';
  readonly mutualTls?: boolean;
  readonly policies: readonly PolicyObject[];
  readonly requests: readonly SentRequest[];
}

type Action = 'ALLOW' | 'DENY' | 'AUDIT';

function policy(action: Action, rules?: readonly (RuleObject | null)[], name = action.toLowerCase()): PolicyObject {
  return { namespace: 'shop', name, spec: { action, ...(rules !== undefined && { rules }) } };
}

function operation(fields: Readonly<Record<string, readonly string[]>>): RuleObject {
  return { to: [{ operation: fields }] };
}

function source(fields: Readonly<Record<string, readonly string[]>>): RuleObject {
  return { from: [{ source: fields }] };
}

function when(key: string, values: readonly string[], notValues: readonly string[] = []): RuleObject {
  return { when: [{ key, ...(values.length > 0 && { values }), ...(notValues.length > 0 && { notValues }) }] };
}

const PLAIN: SentRequest = {};
const WEB = 'cluster.local/ns/shop/sa/web';

function paths(...all: readonly string[]): readonly SentRequest[] {
  return all.map((path) => ({ path }));
}

function methods(...all: readonly string[]): readonly SentRequest[] {
  return all.map((method) => ({ method }));
}

function token(...all: readonly (string | null)[]): readonly SentRequest[] {
  return all.map((value) => (value === null ? {} : { headers: { 'x-token': value } }));
}

function hosts(...all: readonly string[]): readonly SentRequest[] {
  return all.map((host) => ({ host }));
}

function callers(...all: readonly string[]): readonly SentRequest[] {
  return all.map((principal) => ({ principal }));
}

const CLAIMS = {
  iss: 'https://issuer.example/realm',
  sub: 'bob',
  aud: ['shop', 'bank'],
  azp: 'cli',
  scope: 'read write',
};

/** Where people, and evaluators, go wrong. */
export const TRAPS: readonly AuthorizationCase[] = [
  { about: 'no policy at all', policies: [], requests: [PLAIN] },
  { about: 'ALLOW without rules allows nothing', policies: [policy('ALLOW')], requests: [PLAIN] },
  { about: 'ALLOW with an empty list of rules allows nothing', policies: [policy('ALLOW', [])], requests: [PLAIN] },
  { about: 'ALLOW with one empty rule allows all', policies: [policy('ALLOW', [{}])], requests: [PLAIN] },
  { about: 'ALLOW with a null rule only allows nothing', policies: [policy('ALLOW', [null])], requests: [PLAIN] },
  { about: 'DENY without rules denies nothing', policies: [policy('DENY')], requests: [PLAIN] },
  { about: 'DENY with one empty rule denies all', policies: [policy('DENY', [{}])], requests: [PLAIN] },
  { about: 'AUDIT never decides', policies: [policy('AUDIT', [{}])], requests: [PLAIN] },
  {
    about: 'DENY before ALLOW',
    policies: [policy('ALLOW', [{}]), policy('DENY', [operation({ paths: ['/admin*'] })])],
    requests: paths('/admin', '/admin/x', '/', '/admi'),
  },
  {
    about: 'an empty source or operation asks nothing',
    policies: [policy('ALLOW', [{ from: [{}], to: [{ operation: {} }] }])],
    requests: [PLAIN],
  },
  {
    about: 'a condition without values asks nothing',
    policies: [policy('DENY', [when('request.headers[x-token]', [])])],
    requests: [PLAIN],
  },
  {
    about: 'an unknown condition skips a DENY rule',
    policies: [policy('DENY', [when('request.nothing', ['x'])])],
    requests: [PLAIN],
  },
  {
    about: 'an unknown condition skips an ALLOW rule',
    policies: [policy('ALLOW', [when('request.nothing', ['x'])])],
    requests: [PLAIN],
  },
  {
    about: 'notPaths',
    policies: [policy('DENY', [operation({ notPaths: ['/healthz', '/public/*'] })])],
    requests: paths('/healthz', '/healthz/', '/public/', '/public', '/x'),
  },
  {
    about: 'paths and notPaths together',
    policies: [policy('ALLOW', [operation({ paths: ['/a/*'], notPaths: ['*.key'] })])],
    requests: paths('/a/b', '/a/b.key', '/b'),
  },
  {
    about: 'suffix, prefix, presence and a star that is none',
    policies: [policy('ALLOW', [operation({ paths: ['*/info', '/x*', '*mid*'] })])],
    requests: paths('/a/info', '/info', '/information', '/x', '/xyz', '/a-mid-b', '/amid*', '/y'),
  },
  {
    about: 'a query is no part of the path',
    policies: [policy('DENY', [operation({ paths: ['/a', '*.php'] })])],
    requests: paths('/a?b=c', '/b?x=.php', '/b.php?x', '/a?/../b', '/A'),
  },
  {
    about: 'paths are tidied first',
    policies: [policy('DENY', [operation({ paths: ['/admin'] })])],
    requests: paths(
      '/public/../admin',
      '/./admin',
      '/%2e%2e/admin',
      '/x/%2E%2e/admin',
      '//admin',
      '/admin/.',
      '/adm%69n',
    ),
  },
  {
    about: 'templates',
    policies: [policy('ALLOW', [operation({ paths: ['/a/{*}/c', '/files/{**}', '/v/{*}.json', '/m/{*}/{**}/end'] })])],
    requests: paths(
      '/a/b/c',
      '/a//c',
      '/a/b/b/c',
      '/a/b/c/',
      '/a/b=c/c',
      '/a/b*c/c',
      '/files/',
      '/files',
      '/files/x/y',
      '/files/x?y',
      '/v/1.json',
      '/v/1.jsonx',
      '/v/a/b.json',
      '/m/1/2/3/end',
      '/m/1/end',
      '/m/1//end',
      '/a/b%20c/c',
    ),
  },
  {
    about: 'methods by prefix and presence',
    policies: [policy('ALLOW', [operation({ methods: ['GET', 'P*'] })])],
    requests: methods('GET', 'HEAD', 'POST', 'PATCH', 'DELETE'),
  },
  {
    about: 'any method',
    policies: [policy('ALLOW', [operation({ methods: ['*'] })])],
    requests: methods('GET', 'OPTIONS'),
  },
  {
    about: 'hosts without case, with their port',
    policies: [policy('ALLOW', [operation({ hosts: ['Shop.example.com', '*.internal', 'api.*'] })])],
    requests: hosts(
      'shop.example.com',
      'SHOP.EXAMPLE.COM',
      'shop.example.com:8080',
      'a.INTERNAL',
      'a.internal:80',
      'API.x',
      'x',
    ),
  },
  {
    about: 'any host',
    policies: [policy('ALLOW', [operation({ hosts: ['*'] })])],
    requests: hosts('x'),
  },
  {
    about: 'a missing header matches no value',
    policies: [policy('ALLOW', [when('request.headers[x-token]', ['secret', 'pre*', '*suf'])])],
    requests: token(null, 'secret', 'secre', 'prefix', 'x-suf', ''),
  },
  {
    about: 'a missing header is among no values, so notValues match',
    policies: [policy('DENY', [when('request.headers[X-Token]', [], ['secret'])])],
    requests: token(null, 'secret', 'other'),
  },
  {
    about: 'a header must be there',
    policies: [policy('ALLOW', [when('request.headers[x-token]', ['*'])])],
    requests: token(null, 'x'),
  },
  {
    about: 'a header must not be there',
    policies: [policy('ALLOW', [when('request.headers[x-token]', [], ['*'])])],
    requests: token(null, 'x'),
  },
  {
    about: 'Host is a header too, and so is the first line',
    policies: [
      policy('ALLOW', [
        when('request.headers[host]', ['a']),
        when('request.headers[:path]', ['/q?r=1']),
        when('request.headers[:method]', ['PUT']),
      ]),
    ],
    requests: [...hosts('a', 'b', 'A'), ...paths('/q?r=1', '/q'), ...methods('PUT', 'GET')],
  },
  {
    about: 'the container port',
    policies: [policy('ALLOW', [operation({ ports: ['$PORT'] })])],
    requests: [PLAIN],
  },
  {
    about: 'another port',
    policies: [
      policy('ALLOW', [operation({ ports: ['1', '0$PORT'], notPorts: ['2'] })]),
      policy('DENY', [operation({ notPorts: ['$PORT'] })]),
    ],
    requests: [PLAIN],
  },
  {
    about: 'a port that is none takes an ALLOW rule out',
    policies: [policy('ALLOW', [operation({ ports: ['$PORT', '99999'] })])],
    requests: [PLAIN],
  },
  {
    about: 'a port that is none falls out of a DENY rule, which then denies more',
    policies: [policy('DENY', [operation({ ports: ['http'], paths: ['/x'] })])],
    requests: paths('/x', '/y'),
  },
  {
    about: 'addresses and blocks',
    policies: [policy('ALLOW', [source({ ipBlocks: ['127.0.0.0/8'], notIpBlocks: ['127.0.0.2'] })])],
    requests: [PLAIN],
  },
  {
    about: 'another family of addresses',
    policies: [policy('ALLOW', [source({ ipBlocks: ['::1', '10.0.0.0/8'] })])],
    requests: [PLAIN],
  },
  {
    about: 'the first client, by X-Forwarded-For',
    policies: [policy('ALLOW', [source({ remoteIpBlocks: ['203.0.113.0/24'] })])],
    requests: [
      PLAIN,
      { headers: { 'x-forwarded-for': '203.0.113.9' } },
      { headers: { 'x-forwarded-for': '203.0.113.9, 198.51.100.1' } },
    ],
  },
  {
    about: 'destination address and port in conditions',
    policies: [
      policy('ALLOW', [
        {
          when: [
            { key: 'destination.ip', values: ['127.0.0.1'] },
            { key: 'destination.port', values: ['$PORT'] },
          ],
        },
      ]),
    ],
    requests: [PLAIN],
  },
  {
    about: 'plaintext has no principal, not even any',
    policies: [policy('ALLOW', [source({ principals: ['*'] })])],
    requests: [PLAIN],
  },
  {
    about: 'plaintext is none of notPrincipals',
    policies: [policy('DENY', [source({ notPrincipals: ['*'] })])],
    requests: [PLAIN],
  },
  {
    about: 'plaintext is none of notNamespaces',
    policies: [policy('DENY', [source({ notNamespaces: ['shop'] })])],
    requests: [PLAIN],
  },
  {
    about: 'principals',
    mutualTls: true,
    policies: [
      policy('ALLOW', [source({ principals: [WEB, 'cluster.local/ns/bank/*', '*/sa/robot', '*.corp/ns/x/sa/y'] })]),
    ],
    requests: callers(
      WEB,
      'cluster.local/ns/shop/sa/webb',
      'other.td/ns/shop/sa/web',
      'cluster.local/ns/bank/sa/x',
      'a.b/ns/c/sa/robot',
      'a.b/ns/c/sa/robots',
      'aXcorp/ns/x/sa/y',
      'a.corp/ns/x/sa/y',
    ),
  },
  {
    about: 'any principal',
    mutualTls: true,
    policies: [policy('ALLOW', [source({ principals: ['*'] })])],
    requests: callers(WEB),
  },
  {
    about: 'namespaces',
    mutualTls: true,
    policies: [policy('ALLOW', [source({ namespaces: ['shop', 'team-*', '*-dev'] })])],
    requests: callers(
      WEB,
      'x/ns/shopping/sa/a',
      'x/ns/team-/sa/a',
      'x/ns/team-a/sa/a',
      'x/ns/a-dev/sa/a',
      'x/ns/dev/sa/a',
    ),
  },
  {
    about: "service accounts, with the policy's namespace for those without",
    mutualTls: true,
    policies: [policy('ALLOW', [source({ serviceAccounts: ['web', 'bank/teller'] })])],
    requests: callers(WEB, 'x/ns/bank/sa/web', 'x/ns/bank/sa/teller', 'x/ns/bank/sa/tellers', 'x/ns/shop/sa/teller'),
  },
  {
    about: 'identities in conditions',
    mutualTls: true,
    policies: [
      policy('DENY', [
        {
          when: [
            { key: 'source.namespace', values: ['shop'] },
            { key: 'source.principal', notValues: [WEB] },
            { key: 'source.serviceAccount', notValues: ['x/y'] },
          ],
        },
      ]),
    ],
    requests: callers(WEB, 'cluster.local/ns/shop/sa/other', 'cluster.local/ns/x/sa/y'),
  },
  {
    about: 'server names',
    mutualTls: true,
    policies: [policy('ALLOW', [when('connection.sni', ['www.example.com', '*.internal'])])],
    requests: [{ sni: 'www.example.com' }, { sni: 'a.internal' }, { sni: 'other' }, PLAIN],
  },
  {
    about: 'a server name must be there',
    mutualTls: true,
    policies: [policy('ALLOW', [when('connection.sni', ['*'])])],
    requests: [{ sni: 'other' }, PLAIN],
  },
  {
    about: 'request principals',
    policies: [
      policy('ALLOW', [source({ requestPrincipals: ['https://issuer.example/realm/bob', '*/root', 'other/*'] })]),
    ],
    requests: [
      PLAIN,
      { claims: CLAIMS },
      { claims: { ...CLAIMS, sub: 'eve' } },
      { claims: { iss: 'x', sub: 'root' } },
      { claims: { iss: 'other', sub: 'x' } },
      { claims: { iss: 'other' } },
    ],
  },
  {
    about: 'any request principal: a token is needed',
    policies: [policy('DENY', [source({ notRequestPrincipals: ['*'] })])],
    requests: [PLAIN, { claims: CLAIMS }],
  },
  {
    about: 'audiences and presenter',
    policies: [
      policy('ALLOW', [
        {
          when: [
            { key: 'request.auth.audiences', values: ['bank'] },
            { key: 'request.auth.presenter', values: ['c*'] },
          ],
        },
      ]),
    ],
    requests: [
      PLAIN,
      { claims: CLAIMS },
      { claims: { ...CLAIMS, aud: 'bank' } },
      { claims: { ...CLAIMS, aud: 'banks' } },
      { claims: { ...CLAIMS, azp: 'x' } },
    ],
  },
  {
    about: 'claims: nested, of lists, taken apart at spaces, of other types',
    policies: [
      policy('ALLOW', [
        when('request.auth.claims[realm][roles]', ['admin', 'op*']),
        when('request.auth.claims[scope]', ['write']),
        when('request.auth.claims[level]', ['3']),
      ]),
    ],
    requests: [
      PLAIN,
      { claims: CLAIMS },
      { claims: { ...CLAIMS, scope: 'read' } },
      { claims: { ...CLAIMS, scope: 'writer' } },
      { claims: { scope: 'x', realm: { roles: ['a', 'admin'] } } },
      { claims: { scope: 'x', realm: { roles: 'operator' } } },
      { claims: { scope: 'x', realm: 'admin' } },
      { claims: { scope: 'x', level: 3 } },
      { claims: { scope: 'x', level: '3' } },
    ],
  },
  {
    about: 'a dry run decides nothing',
    policies: [
      { ...policy('DENY', [{}]), dryRun: true },
      { ...policy('ALLOW'), dryRun: true },
    ],
    requests: [PLAIN],
  },
  {
    about: 'a dry run beside one that counts',
    policies: [{ ...policy('ALLOW', [{}], 'pretends'), dryRun: true }, policy('ALLOW', [operation({ paths: ['/x'] })])],
    requests: paths('/x', '/y'),
  },
  {
    about: 'the rule whose name comes first is named',
    policies: [policy('DENY', [{}, {}], 'b'), policy('DENY', [operation({ paths: ['/x'] })], 'a')],
    requests: paths('/x', '/y'),
  },
  {
    about: 'rules are named in the order of letters: 10 before 2',
    policies: [policy('DENY', [null, null, {}, null, null, null, null, null, null, null, {}])],
    requests: [PLAIN],
  },
  {
    about: 'TCP: an ALLOW rule with HTTP in it is left out',
    protocol: 'tcp',
    policies: [policy('ALLOW', [operation({ methods: ['GET'], ports: ['$PORT'] })])],
    requests: [PLAIN],
  },
  {
    about: 'TCP: an ALLOW rule without HTTP counts beside one with it',
    protocol: 'tcp',
    policies: [policy('ALLOW', [operation({ methods: ['GET'] }), operation({ ports: ['$PORT'] })])],
    requests: [PLAIN],
  },
  {
    about: 'TCP: a DENY rule loses its HTTP and denies more',
    protocol: 'tcp',
    policies: [policy('DENY', [operation({ methods: ['GET'], paths: ['/x'] })])],
    requests: [PLAIN],
  },
  {
    about: 'TCP: a DENY rule keeps what is not HTTP',
    protocol: 'tcp',
    policies: [policy('DENY', [operation({ methods: ['GET'], ports: ['1'] })])],
    requests: [PLAIN],
  },
  {
    about: 'TCP: notPaths fall out too',
    protocol: 'tcp',
    policies: [policy('DENY', [operation({ notPaths: ['/x'] })])],
    requests: [PLAIN],
  },
  {
    about: 'TCP: a token is HTTP',
    protocol: 'tcp',
    policies: [policy('DENY', [{ ...source({ notRequestPrincipals: ['*'] }), ...operation({ ports: ['1'] }) }])],
    requests: [PLAIN],
  },
  {
    about: 'TCP: principals',
    protocol: 'tcp',
    mutualTls: true,
    policies: [policy('ALLOW', [source({ principals: [WEB] })])],
    requests: callers(WEB, 'cluster.local/ns/x/sa/y'),
  },
  { about: 'TCP: ALLOW without rules', protocol: 'tcp', policies: [policy('ALLOW')], requests: [PLAIN] },
];

const SEED = 20_261_121;
const CASE_COUNT = 60;
const REQUESTS_EACH = 5;

function some(...values: readonly string[]): fc.Arbitrary<readonly string[]> {
  return fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
}

function optional<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined, freq: 2 });
}

/** Fields that are there, as in a policy that somebody wrote. */
function present<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

function record(
  fields: Readonly<Record<string, fc.Arbitrary<readonly string[]>>>,
): fc.Arbitrary<Record<string, readonly string[]>> {
  const optionals = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, optional(value)]));
  return fc.record(optionals).map((made) => present(made) as Record<string, readonly string[]>);
}

const PATH_PATTERNS = ['/', '/a', '/a*', '*/b', '*', '/a/{*}', '/a/{**}', '/{*}/b', '/c/', '*a*'];
const METHOD_PATTERNS = ['GET', 'POST', 'P*', '*T', '*'];
const HOST_PATTERNS = ['a.example', '*.example', 'A.*', '*', 'b.example:80'];
const PRINCIPAL_PATTERNS = [WEB, '*', 'cluster.local/*', '*/sa/web', 'cluster.local/ns/bank/sa/teller'];
const BLOCKS = ['127.0.0.1', '127.0.0.0/8', '10.0.0.0/8', '0.0.0.0/0', '::/0', 'bad'];

const OPERATIONS = record({
  paths: some(...PATH_PATTERNS),
  notPaths: some(...PATH_PATTERNS),
  methods: some(...METHOD_PATTERNS),
  notMethods: some(...METHOD_PATTERNS),
  hosts: some(...HOST_PATTERNS),
  notHosts: some(...HOST_PATTERNS),
  ports: some('$PORT', '1', '$PORT9'),
  notPorts: some('$PORT', '1'),
});

const SOURCES = record({
  principals: some(...PRINCIPAL_PATTERNS),
  notPrincipals: some(...PRINCIPAL_PATTERNS),
  namespaces: some('shop', 'ba*', '*', 'x'),
  notNamespaces: some('shop', 'bank'),
  serviceAccounts: some('web', 'bank/teller'),
  ipBlocks: some(...BLOCKS),
  notIpBlocks: some(...BLOCKS),
  requestPrincipals: some('*', 'iss/bob', '*/bob', 'iss/*'),
  notRequestPrincipals: some('*', 'iss/bob'),
});

const KEYS = [
  'request.headers[x-token]',
  'request.auth.claims[role]',
  'request.auth.claims[a][b]',
  'source.namespace',
  'source.principal',
  'remote.ip',
  'request.nothing',
] as const;
const VALUES: Readonly<Record<(typeof KEYS)[number], readonly string[]>> = {
  'request.headers[x-token]': ['one', 'o*', '*e', '*'],
  'request.auth.claims[role]': ['admin', 'ad*', '*'],
  'request.auth.claims[a][b]': ['c'],
  'source.namespace': ['shop', 'bank'],
  'source.principal': PRINCIPAL_PATTERNS,
  'remote.ip': BLOCKS,
  'request.nothing': ['x'],
};

const CONDITIONS = fc
  .constantFrom(...KEYS)
  .chain((key) =>
    fc.record({
      key: fc.constant(key),
      values: optional(some(...VALUES[key])),
      notValues: optional(some(...VALUES[key])),
    }),
  )
  .map(present);

/** Few fields a time: with many, hardly a request would match. */
const RULES: fc.Arbitrary<RuleObject> = fc
  .record({
    from: optional(fc.array(fc.record({ source: SOURCES.map(fewest) }), { minLength: 1, maxLength: 2 })),
    to: optional(fc.array(fc.record({ operation: OPERATIONS.map(fewest) }), { minLength: 1, maxLength: 2 })),
    when: fc.option(fc.array(CONDITIONS, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 1 }),
  })
  .map((rule) => present(rule) as RuleObject);

function fewest(fields: Record<string, readonly string[]>): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(fields).slice(0, 2));
}

const POLICIES: fc.Arbitrary<readonly PolicyObject[]> = fc
  .array(
    fc.record({
      action: fc.constantFrom<Action>('ALLOW', 'ALLOW', 'DENY', 'DENY', 'AUDIT'),
      rules: fc.array(RULES, { maxLength: 3 }),
      dryRun: fc.constantFrom(false, false, false, true),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((made) => made.map(({ action, rules, dryRun }, index) => ({ ...policy(action, rules, `p${index}`), dryRun })));

const REQUESTS: fc.Arbitrary<SentRequest> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
    path: fc.constantFrom('/', '/a', '/a/b', '/a/b/c', '/c/', '/c/b?x=/a', '/x/../a'),
    host: fc.constantFrom('a.example', 'A.EXAMPLE', 'b.example:80', 'other'),
    headers: fc.constantFrom<Record<string, string>>(
      {},
      { 'x-token': 'one' },
      { 'x-token': 'two' },
      { 'x-forwarded-for': '10.1.2.3' },
    ),
    principal: fc.constantFrom(WEB, 'cluster.local/ns/bank/sa/teller', 'other/ns/shop/sa/web'),
    claims: optional(
      fc.constantFrom<Record<string, unknown>>(
        { iss: 'iss', sub: 'bob', role: 'admin' },
        { iss: 'iss', sub: 'eve', role: ['user', 'admin'] },
        { iss: 'x', sub: 'bob', a: { b: 'c' } },
      ),
    ),
  })
  .map((made) => present(made) as SentRequest);

/** Drawn from a seed, so that a failure comes again. */
export const GENERATED: readonly AuthorizationCase[] = fc
  .sample(
    fc.record({
      policies: POLICIES,
      requests: fc.array(REQUESTS, { minLength: REQUESTS_EACH, maxLength: REQUESTS_EACH }),
      mutualTls: fc.boolean(),
      protocol: fc.constantFrom<'http' | 'tcp'>('http', 'http', 'http', 'tcp'),
    }),
    { seed: SEED, numRuns: CASE_COUNT },
  )
  .map((made, index) => ({ about: `generated ${index}`, ...made }));
