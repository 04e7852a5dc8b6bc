import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RegexTest } from '../../../src/model/envoy-trace-question.ts';
import { matchRoute } from '../../../src/rungs/config-trace/match-route.ts';
import { question } from '../../support/traced-mesh.ts';

const regex: RegexTest = (pattern, text) => (pattern === '?' ? undefined : new RegExp(`^(?:${pattern})$`).test(text));

type Asked = Parameters<typeof question>[0];
type Case = readonly [what: string, match: object, asked: Asked, matches: boolean | undefined];

const header = (matcher: object): object => ({ prefix: '/', headers: [{ name: 'X-Who', ...matcher }] });
const sent = (value: string): Asked => ({ headers: { 'x-who': value } });
const query = (matcher: object): object => ({ prefix: '/', query_parameters: [{ name: 'q', ...matcher }] });

const CASES: readonly Case[] = [
  ['prefix', { prefix: '/a' }, { path: '/ab?x=/c' }, true],
  ['another prefix', { prefix: '/a' }, { path: '/b/a' }, false],
  ['no path at all', {}, { path: '/b' }, true],
  ['path', { path: '/a' }, { path: '/a?x' }, true],
  ['more than the path', { path: '/a' }, { path: '/a/' }, false],
  ['capitals', { path: '/A' }, { path: '/a' }, false],
  ['capitals that do not count', { path: '/A', case_sensitive: false }, { path: '/a' }, true],
  ['a prefix of whole segments', { path_separated_prefix: '/a' }, { path: '/a/b' }, true],
  ['a prefix of whole segments, itself', { path_separated_prefix: '/a' }, { path: '/a' }, true],
  ['part of a segment', { path_separated_prefix: '/a' }, { path: '/ab' }, false],
  ['a pattern', { safe_regex: { regex: '/a+' } }, { path: '/aaa?b' }, true],
  ['part of a pattern', { safe_regex: { regex: '/a' } }, { path: '/ab' }, false],
  ['a pattern that cannot be read', { safe_regex: { regex: '?' } }, {}, undefined],
  ['a template', { path_match_policy: { name: 'x' } }, {}, undefined],
  ['CONNECT', { connect_matcher: {} }, { method: 'CONNECT' }, true],
  ['no CONNECT', { connect_matcher: {} }, {}, false],
  ['spelled as istiod does', { pathSeparatedPrefix: '/a' }, { path: '/b' }, false],
  ['a header', header({ string_match: { exact: 'a' } }), sent('a'), true],
  ['another header', header({ string_match: { exact: 'a' } }), sent('b'), false],
  ['a header that is not there', header({ string_match: { exact: 'a' } }), {}, false],
  ['the start of a header', header({ string_match: { prefix: 'a' } }), sent('ab'), true],
  ['the end of a header', header({ string_match: { suffix: 'b' } }), sent('ab'), true],
  ['a part of a header', header({ string_match: { contains: 'B', ignore_case: true } }), sent('abc'), true],
  ['a header by a pattern', header({ string_match: { safe_regex: { regex: 'a.' } } }), sent('ab'), true],
  ['a header by a custom matcher', header({ string_match: { custom: {} } }), sent('ab'), undefined],
  ['old matchers', header({ exact_match: 'a' }), sent('a'), true],
  ['old prefixes', header({ prefix_match: 'a' }), sent('b'), false],
  ['old patterns', header({ safe_regex_match: { regex: 'a*' } }), sent('aaa'), true],
  ['a header that is there', header({ present_match: true }), sent(''), true],
  ['a header that is to be there', header({ present_match: true }), {}, false],
  ['a header that is not to be there', header({ present_match: false }), {}, true],
  ['presence turned round', header({ present_match: true, invert_match: true }), {}, true],
  ['a name alone asks for presence', header({}), sent('x'), true],
  ['a name alone, turned round', header({ invert_match: true }), {}, true],
  ['another value, turned round', header({ string_match: { exact: 'a' }, invert_match: true }), sent('b'), true],
  ['nothing, turned round', header({ string_match: { exact: 'a' }, invert_match: true }), {}, false],
  [
    'nothing, taken as empty and turned round',
    header({ string_match: { exact: 'a' }, invert_match: true, treat_missing_header_as_empty: true }),
    {},
    true,
  ],
  ['a number in a range', header({ range_match: { start: '1', end: '10' } }), sent('9'), true],
  ['the end of a range', header({ range_match: { start: '1', end: '10' } }), sent('10'), false],
  ['no number', header({ range_match: { start: '-1', end: '10' } }), sent('1x'), false],
  ['the method', { prefix: '/', headers: [{ name: ':method', string_match: { exact: 'GET' } }] }, {}, true],
  ['the authority', { prefix: '/', headers: [{ name: ':authority', string_match: { exact: 'cart.shop' } }] }, {}, true],
  [
    'the path with its query',
    { prefix: '/', headers: [{ name: ':path', string_match: { suffix: '?a' } }] },
    { path: '/?a' },
    true,
  ],
  ['a parameter', query({ string_match: { exact: '1 2' } }), { path: '/?a=0&q=1+2' }, true],
  ['another parameter', query({ string_match: { exact: '1' } }), { path: '/?q=2' }, false],
  ['a parameter that is there', query({ present_match: true }), { path: '/?q' }, true],
  ['a parameter that is not there', query({}), { path: '/?qq=1' }, false],
  ['gRPC', { prefix: '/', grpc: {} }, { headers: { 'content-type': 'application/grpc+proto' } }, true],
  ['no gRPC', { prefix: '/', grpc: {} }, { headers: { 'content-type': 'application/grpc-web' } }, false],
  ['a part of the requests', { prefix: '/', runtime_fraction: { default_value: { numerator: 1 } } }, {}, true],
  ['no part of the requests', { prefix: '/', runtime_fraction: { default_value: {} } }, {}, false],
  ['metadata', { prefix: '/', dynamic_metadata: [{ filter: 'x' }] }, {}, undefined],
  ['metadata on another path', { prefix: '/x', dynamic_metadata: [{ filter: 'x' }] }, {}, false],
];
for (const [what, match, asked, matches] of CASES) {
  test(`${what}: ${matches ?? 'cannot be told'}`, () => {
    const route = {
      name: 'r',
      match: match as Record<string, unknown>,
      action: { kind: 'other' },
      virtualService: '',
      body: {},
    } as const;
    const found = matchRoute([route], question(asked), regex);
    assert.equal(found.kind, matches === undefined ? 'undecided' : matches ? 'found' : 'none');
  });
}

describe('of several routes', () => {
  const routeOf = (name: string, prefix: string): Parameters<typeof matchRoute>[0][number] => ({
    name,
    match: { prefix },
    action: { kind: 'other' },
    virtualService: '',
    body: {},
  });
  test('the first that matches is the one', () => {
    const found = matchRoute([routeOf('a', '/a'), routeOf('b', '/'), routeOf('c', '/')], question(), regex);
    assert.deepEqual(found.kind === 'found' && [found.route.name, found.tried], ['b', 1]);
  });

  test('one that cannot be told hides those behind it', () => {
    const unknown = { ...routeOf('a', '/'), match: { safe_regex: { regex: '?' } } };
    const found = matchRoute([unknown, routeOf('b', '/')], question(), regex);
    assert.equal(found.kind, 'undecided');
  });
});
