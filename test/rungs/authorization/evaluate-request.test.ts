import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { epochSeconds } from '../../../src/model/brand.ts';
import type { DescribedRequest } from '../../../src/model/described-request.ts';
import type { ConfigObject } from '../../../src/model/workload.ts';
import { DEFAULT_MESH } from '../../../src/rungs/authorization/attribute.ts';
import type { Decision } from '../../../src/rungs/authorization/decision.ts';
import { evaluateRequest } from '../../../src/rungs/authorization/evaluate-request.ts';
import type { AuthorizationPolicy } from '../../../src/rungs/authorization/policy.ts';
import { readAuthorizationPolicy } from '../../../src/rungs/authorization/read-policy.ts';
import { GENERATED } from '../../support/authorization-cases.ts';

const WEB = 'cluster.local/ns/shop/sa/web';

function object(spec: unknown, changes: Partial<ConfigObject> = {}): ConfigObject {
  return {
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    namespace: 'shop',
    name: 'p',
    labels: {},
    annotations: {},
    createdAt: epochSeconds(0),
    spec: spec as ConfigObject['spec'],
    ...changes,
  };
}

function policy(spec: unknown, changes: Partial<ConfigObject> = {}): AuthorizationPolicy {
  return readAuthorizationPolicy(object(spec, changes));
}

function decide(spec: unknown, request: Partial<DescribedRequest>, options = {}): Decision {
  return evaluateRequest([policy(spec)], { protocol: 'http', ...request }, options);
}

describe('what is not known', () => {
  const allowed = { rules: [{ from: [{ source: { principals: [WEB] } }], to: [{ operation: { methods: ['GET'] } }] }] };

  test('makes an answer unknown where it decides, and is asked for', () => {
    const { decision, needs, reason } = decide(allowed, { method: 'GET' });
    assert.deepEqual([decision, needs], ['unknown', ['principal']]);
    assert.match(
      reason,
      /^ALLOW policy shop\/p rule 0 may allow it: the principal is not known, and decides here: does it match cluster/,
    );
    assert.deepEqual(decide(allowed, {}).needs, ['principal', 'method']);
  });

  test('makes no difference where something else decides', () => {
    assert.deepEqual(decide(allowed, { method: 'PUT' }).decision, 'deny');
    assert.deepEqual(decide(allowed, { principal: null }).decision, 'deny');
    assert.deepEqual(decide({ rules: [{}] }, {}).decision, 'allow');
    const deny = policy({ action: 'DENY', rules: [{ to: [{ operation: { paths: ['/x'] } }] }] });
    const none = policy({});
    // Denied either way, though nobody knows by which of the two.
    assert.equal(evaluateRequest([deny, none], { protocol: 'http' }).decision, 'deny');
    assert.equal(evaluateRequest([deny], { protocol: 'http' }).decision, 'unknown');
  });

  test('a token nobody spoke of is not a missing one', () => {
    const spec = { rules: [{ from: [{ source: { requestPrincipals: ['*'] } }] }] };
    assert.deepEqual([decide(spec, {}).decision, decide(spec, {}).needs], ['unknown', ['claims']]);
    assert.equal(decide(spec, { claims: null }).decision, 'deny');
    assert.equal(decide(spec, { claims: { iss: 'i', sub: 's' } }).decision, 'allow');
  });

  test('filter metadata cannot be told at all', () => {
    const spec = { rules: [{ when: [{ key: 'experimental.envoy.filters.a.b[c]', values: ['x'] }] }] };
    assert.deepEqual([decide(spec, {}).decision, decide(spec, {}).needs], ['unknown', ['filterMetadata']]);
  });

  test('a regular expression in a principal that we do not read is not guessed', () => {
    const spec = { rules: [{ from: [{ source: { principals: ['*/sa/(a|b)'] } }] }] };
    assert.equal(decide(spec, { principal: 'x/ns/y/sa/a' }).decision, 'unknown');
    assert.equal(decide(spec, { principal: null }).decision, 'deny');
  });
});

describe('reasons', () => {
  test('say what was compared with what', () => {
    const spec = {
      action: 'DENY',
      rules: [{ to: [{ operation: { paths: ['/admin*', '/x'], notMethods: ['GET'] } }] }],
    };
    const { reason, by } = decide(spec, { path: '/admin/1', method: 'PUT' });
    assert.equal(
      reason,
      'DENY policy shop/p rule 0 denies it: the method PUT does not match GET; the path /admin/1 matches one of /admin*, /x',
    );
    assert.deepEqual(by, { policyNamespace: 'shop', policy: 'p', rule: '0' });
    assert.deepEqual(
      decide(spec, { path: '/y' }).steps.map(({ why }) => why),
      ['the path /y matches none of /admin*, /x'],
    );
    assert.deepEqual(
      decide(spec, { path: '/x', method: 'GET' }).steps.map(({ why }) => why),
      ['the method GET matches GET'],
    );
  });

  test('say what is missing, what is left out, and why nothing is asked', () => {
    const token = { rules: [{ when: [{ key: 'request.headers[X-Token]', values: ['a'] }] }] };
    const why = (spec: unknown, request: Partial<DescribedRequest>): string =>
      decide(spec, request).steps[0]?.why ?? '';
    assert.equal(why(token, { headers: new Map() }), 'the header x-token is missing, so it does not match a');
    assert.equal(
      why(token, { protocol: 'tcp' }),
      'istiod leaves the rule out: the header x-token is HTTP only, and this is TCP',
    );
    assert.equal(
      why({ ...token, action: 'DENY' }, { protocol: 'tcp' }),
      'istiod drops a condition: the header x-token is HTTP only, and this is TCP',
    );
    assert.equal(
      why({ rules: [{ when: [{ key: 'nothing', values: ['a'] }] }] }, {}),
      'Istio skips the rule: nothing is called nothing',
    );
    assert.equal(why({ rules: [{}] }, {}), 'the rule asks nothing, so every request matches');
    assert.equal(why({}, {}), 'the policy has no rules, so nothing matches');
  });

  test('no ALLOW rule matched has the name that access logs give it', () => {
    assert.deepEqual(decide({}, {}).by, { policyNamespace: '', policy: 'none', rule: '' });
  });
});

describe('CUSTOM', () => {
  const spec = {
    action: 'CUSTOM',
    provider: { name: 'opa' },
    rules: [{ to: [{ operation: { paths: ['/admin*'] } }] }],
  };
  const known = (...names: readonly string[]) => ({
    mesh: { ...DEFAULT_MESH, authorizers: new Map(names.map((name) => [name, { tcp: false }])) },
  });

  test('leaves it to the external authorizer', () => {
    const { decision, reason } = decide(spec, { path: '/admin' }, known('opa'));
    assert.deepEqual(
      [decision, reason],
      ['unknown', 'CUSTOM policy shop/p rule 0 matches: external authorizer opa decides'],
    );
    assert.equal(decide(spec, { path: '/' }, known('opa')).decision, 'allow');
    assert.equal(decide(spec, { path: '/admin' }).decision, 'unknown');
  });

  test('denied by others is denied, whatever the authorizer would say', () => {
    const all = [policy(spec), policy({ action: 'DENY', rules: [{}] }, { name: 'd' })];
    assert.equal(evaluateRequest(all, { protocol: 'http', path: '/admin' }, known('opa')).decision, 'deny');
  });

  test('without its authorizer it denies what it matches', () => {
    const { decision, reason, by } = decide(spec, { path: '/admin' }, known('other'));
    assert.deepEqual([decision, by?.policy], ['deny', 'p']);
    assert.match(reason, /meshConfig\.extensionProviders has no authorizer opa/);
    const dry = policy(spec, { annotations: { 'istio.io/dry-run': 'true' } });
    assert.equal(evaluateRequest([dry], { protocol: 'http', path: '/admin' }, known('other')).decision, 'allow');
  });

  test('with two providers no object tells what istiod does', () => {
    const all = [policy(spec), policy({ ...spec, provider: { name: 'two' } }, { name: 'q' })];
    const { decision, reason } = evaluateRequest(all, { protocol: 'http', path: '/admin' }, known('opa', 'two'));
    assert.equal(decision, 'unknown');
    assert.match(reason, /PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS/);
  });

  test('an authorizer of HTTP is not asked about TCP', () => {
    assert.equal(decide(spec, { protocol: 'tcp' }, known('opa')).decision, 'allow');
    const grpc = { mesh: { ...DEFAULT_MESH, authorizers: new Map([['opa', { tcp: true }]]) } };
    assert.equal(decide(spec, { protocol: 'tcp' }, grpc).decision, 'unknown');
  });
});

describe('trust domains', () => {
  const mesh = { mesh: { ...DEFAULT_MESH, trustDomains: ['new.td', 'old.td'] } };
  const allowed = (value: string, principal: string): boolean =>
    decide({ rules: [{ from: [{ source: { principals: [value] } }] }] }, { principal }, mesh).decision === 'allow';

  test('one of the mesh stands for all of them, and so does cluster.local', () => {
    for (const value of ['new.td/ns/a/sa/b', 'old.td/ns/a/sa/b', 'cluster.local/ns/a/sa/b']) {
      assert.ok(allowed(value, 'new.td/ns/a/sa/b'), value);
      assert.ok(allowed(value, 'old.td/ns/a/sa/b'), value);
      assert.ok(!allowed(value, 'other.td/ns/a/sa/b'), value);
    }
    assert.ok(!allowed('cluster.local/ns/a/sa/b', 'cluster.local/ns/a/sa/b'));
  });

  test('a foreign one, a star, or another form stand for themselves', () => {
    assert.ok(allowed('other.td/ns/a/sa/b', 'other.td/ns/a/sa/b'));
    assert.ok(!allowed('other.td/ns/a/sa/b', 'new.td/ns/a/sa/b'));
    assert.ok(allowed('*/ns/a/sa/b', 'any/ns/a/sa/b'));
    assert.ok(allowed('*.td/ns/a/sa/b', 'third.td/ns/a/sa/b'));
    assert.ok(allowed('new.td/*', 'new.td/ns/a/sa/b'));
  });
});

describe('a ztunnel', () => {
  const asked = (spec: unknown, request: Partial<DescribedRequest> = {}): string =>
    decide(spec, { principal: WEB, port: 80, ...request }, { ztunnel: true }).decision;

  test('knows identities, addresses and ports only', () => {
    assert.equal(asked({ rules: [{ from: [{ source: { namespaces: ['shop'] } }] }] }), 'allow');
    assert.equal(asked({ rules: [{ to: [{ operation: { paths: ['*'] } }] }] }), 'deny');
    assert.equal(asked({ action: 'DENY', rules: [{ to: [{ operation: { paths: ['/x'] } }] }] }), 'deny');
    assert.equal(asked({ action: 'DENY', rules: [{ from: [{ source: { remoteIpBlocks: ['1.2.3.4'] } }] }] }), 'deny');
    assert.equal(
      asked({ rules: [{ from: [{ source: { remoteIpBlocks: ['0.0.0.0/0'] } }] }] }, { remoteIp: '1.1.1.1' }),
      'deny',
    );
  });

  test('takes neither CUSTOM nor AUDIT', () => {
    assert.equal(asked({ action: 'CUSTOM', provider: { name: 'x' }, rules: [{}] }), 'allow');
  });
});

describe('objects that no API server would take', () => {
  const broken: readonly (readonly [string, unknown, RegExp])[] = [
    ['an action', { action: 'REFUSE' }, /action REFUSE is none of CUSTOM, DENY, ALLOW, AUDIT/],
    ['rules', { rules: 'all' }, /rules is no list/],
    ['a rule', { rules: ['x'] }, /rules\[0\] is no object/],
    ['a source', { rules: [{ from: [{ source: 1 }] }] }, /source is no object/],
    ['an entry', { rules: [{ from: ['x'] }] }, /source is no object/],
    ['a value', { rules: [{ to: [{ operation: { ports: [8080] } }] }] }, /ports has the value 8080, which is no text/],
    ['a selector', { selector: { matchLabels: { app: 1 } } }, /selector\.matchLabels is no map of texts/],
    ['a target', { targetRefs: ['x'] }, /a targetRef is no object/],
    ['a condition', { rules: [{ when: [{ values: ['x'] }] }] }, /a when condition has no key/],
  ];
  for (const [about, spec, said] of broken) {
    test(`${about}: told, and nothing is guessed`, () => {
      const { decision, reason } = decide(spec, {});
      assert.equal(decision, 'unknown');
      assert.match(reason, said);
    });
  }

  test('any JSON at all is read, and never throws', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 6, key: fc.constantFrom(...FIELD_NAMES) }), (spec) => {
        const { decision } = decide(JSON.parse(JSON.stringify(spec)), { path: '/' });
        assert.ok(['allow', 'deny', 'unknown'].includes(decision));
      }),
    );
  });

  test('fields called like those of every object are looked for in the object alone', () => {
    assert.equal(decide({ rules: [{ when: [{ key: 'constructor', values: ['x'] }] }] }, {}).decision, 'deny');
    const nested = { rules: [{ when: [{ key: 'request.auth.claims[constructor][name]', values: ['Object'] }] }] };
    assert.equal(decide(nested, { claims: {} }).decision, 'deny');
    assert.equal(
      decide({ rules: [{ when: [{ key: 'request.headers[__proto__]', values: ['*'] }] }] }, { headers: new Map() })
        .decision,
      'deny',
    );
  });
});

const FIELD_NAMES = [
  'action',
  'rules',
  'from',
  'to',
  'when',
  'source',
  'operation',
  'paths',
  'notPaths',
  'principals',
  'key',
  'values',
  'selector',
  'matchLabels',
  'targetRefs',
  'provider',
  'name',
];

/** Cases of policies and requests, as drawn for a real Envoy. */
const CASES = GENERATED.map(({ policies, requests, protocol = 'http' }) => ({
  policies: policies.map(({ dryRun, ...each }) =>
    readAuthorizationPolicy(
      object(each.spec, { name: each.name, annotations: dryRun ? { 'istio.io/dry-run': 'true' } : {} }),
    ),
  ),
  requests: requests.map(
    (sent): DescribedRequest => ({
      protocol,
      principal: sent.principal ?? null,
      sourceIp: '127.0.0.1',
      remoteIp: '10.1.2.3',
      method: sent.method ?? 'GET',
      path: sent.path ?? '/',
      host: sent.host ?? 'x',
      port: 80,
      headers: new Map(Object.entries(sent.headers ?? {})),
      claims: sent.claims ?? null,
    }),
  ),
}));
const DRAWN = fc
  .constantFrom(...CASES)
  .chain(({ policies, requests }) =>
    fc.record({ policies: fc.constant(policies), request: fc.constantFrom(...requests) }),
  );
const FIELDS = ['principal', 'sourceIp', 'remoteIp', 'method', 'path', 'host', 'port', 'headers', 'claims'] as const;

describe('properties', () => {
  test('neither the order of policies, nor of entries and values in them, makes a difference', () => {
    const shuffled = DRAWN.chain(({ policies, request }) =>
      fc.record({
        policies: fc.constant(policies),
        request: fc.constant(request),
        mixed: fc
          .shuffledSubarray([...policies], { minLength: policies.length })
          .map((all) => all.map((each) => ({ ...each, rules: each.rules.toReversed().map(turned) }))),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ policies, request, mixed }) => {
        const [one, other] = [evaluateRequest(policies, request), evaluateRequest(mixed, request)];
        assert.deepEqual([one.decision, one.by], [other.decision, other.by]);
      }),
      { numRuns: 300 },
    );
  });

  test('to know less never turns a sure answer into another', () => {
    fc.assert(
      fc.property(DRAWN, fc.subarray([...FIELDS]), ({ policies, request }, hidden) => {
        const less = Object.fromEntries(
          Object.entries(request).filter(([field]) => !hidden.some((each) => each === field)),
        );
        const { decision, needs } = evaluateRequest(policies, less as unknown as DescribedRequest);
        if (decision === 'unknown')
          assert.ok(needs.length > 0 && needs.every((need) => hidden.some((each) => each === need)));
        else assert.equal(decision, evaluateRequest(policies, request).decision);
      }),
      { numRuns: 500 },
    );
  });

  test('one more DENY policy never lets in, one more ALLOW rule never locks out', () => {
    fc.assert(
      fc.property(DRAWN, ({ policies, request }) => {
        const { decision } = evaluateRequest(policies, request);
        const more = policies.map((each) =>
          each.action === 'ALLOW'
            ? { ...each, rules: [...each.rules, { index: 99, from: [], to: [], when: [] }] }
            : each,
        );
        if (decision === 'allow') assert.equal(evaluateRequest(more, request).decision, 'allow');
        const denying = [...policies, policy({ action: 'DENY', rules: [{}] }, { name: 'z' })];
        assert.equal(evaluateRequest(denying, request).decision, 'deny');
      }),
    );
  });
});

function turned(rule: AuthorizationPolicy['rules'][number]): AuthorizationPolicy['rules'][number] {
  return {
    ...rule,
    from: rule.from.toReversed(),
    to: rule.to.toReversed(),
    when: rule.when.toReversed().map((clause) => ({ ...clause, values: clause.values.toReversed() })),
  };
}
