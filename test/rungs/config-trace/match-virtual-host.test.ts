import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EnvoyRouteConfig } from '../../../src/model/envoy-route.ts';
import { matchVirtualHost } from '../../../src/rungs/config-trace/match-virtual-host.ts';

function configOf(domains: readonly string[], ignoresPort = false): EnvoyRouteConfig {
  const virtualHosts = domains.map((domain) => ({ name: domain, domains: [domain], routes: [] }));
  return { name: '', state: 'active', body: {}, virtualHosts, ignoresPort };
}

const DOMAINS = ['*', '*.b.c', '*.c', 'a.*', 'a.b.*', 'a.b.c', '*-x.c', 'h:80', 'h'];
const CASES: readonly (readonly [authority: string, domain: string])[] = [
  ['a.b.c', 'a.b.c'],
  ['A.B.C', 'a.b.c'],
  ['z.b.c', '*.b.c'],
  ['z.z.c', '*.c'],
  ['.b.c', '*.c'],
  ['a.z', 'a.*'],
  ['a.b.z', 'a.b.*'],
  ['a.z.c', '*.c'],
  ['q-x.c', '*-x.c'],
  ['other', '*'],
  ['h:80', 'h:80'],
  ['h:81', '*'],
];
for (const [authority, domain] of CASES) {
  test(`${authority} is for ${domain}`, () => {
    for (const domains of [DOMAINS, DOMAINS.toReversed()]) {
      assert.equal(matchVirtualHost(configOf(domains), authority)?.domain, domain);
    }
  });
}

test('a port is taken off where the routes say so', () => {
  assert.equal(matchVirtualHost(configOf(['h'], true), 'h:81')?.domain, 'h');
  assert.equal(matchVirtualHost(configOf(['h']), 'h:81'), undefined);
});

test('what is found matches, and no whole name is passed over', () => {
  const label = fc.constantFrom('a', 'b', 'ab');
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const domain = fc.oneof(
    name,
    name.map((each) => `*.${each}`),
    name.map((each) => `${each}.*`),
    fc.constant('*'),
  );
  fc.assert(
    fc.property(fc.uniqueArray(domain, { maxLength: 8 }), name, (domains, authority) => {
      const found = matchVirtualHost(configOf(domains), authority)?.domain;
      const matching = domains.filter((each) => {
        const fixed = each.replace(/^\*|\*$/, '');
        if (each === '*' || each === authority) return true;
        if (authority.length <= fixed.length) return false;
        return each.startsWith('*') ? authority.endsWith(fixed) : each.endsWith('*') && authority.startsWith(fixed);
      });
      assert.equal(found === undefined, matching.length === 0);
      if (found !== undefined) assert.ok(matching.includes(found));
      if (domains.includes(authority)) assert.equal(found, authority);
    }),
  );
});
