import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawObject } from '../../../src/sources/kubernetes/kube-api.ts';
import { createTokenReviewer } from '../../../src/sources/kubernetes/token-review.ts';

const ALICE = { username: 'alice', groups: ['sre'] };

/** A reviewer beside an API server that answers everything so. */
function reviewer(status: unknown, audiences: readonly string[] = []) {
  const asked: { readonly path: string; readonly object: object }[] = [];
  const create = async (path: string, object: object): Promise<RawObject> => {
    asked.push({ path, object });
    return { status };
  };
  return { ...createTokenReviewer({ create }, audiences), asked };
}

const REVIEWS: readonly (readonly [status: unknown, audiences: readonly string[], bearer: unknown])[] = [
  [{ authenticated: true, user: ALICE }, [], ALICE],
  [{ authenticated: true, user: ALICE, audiences: ['ladder'] }, ['ladder', 'x'], ALICE],
  [{ authenticated: true, user: ALICE, audiences: ['other'] }, ['ladder'], undefined],
  [{ authenticated: true, user: ALICE }, ['ladder'], undefined],
  [{ authenticated: false, user: ALICE }, [], undefined],
  [{ authenticated: 'true', user: ALICE }, [], undefined],
  // Whoever is not named is nobody.
  [{ authenticated: true }, [], undefined],
  [{ authenticated: true, user: 'alice' }, [], undefined],
  [{ authenticated: true, user: [ALICE] }, [], undefined],
  [undefined, [], undefined],
  [null, [], undefined],
];
for (const [status, audiences, bearer] of REVIEWS) {
  test(`for ${audiences.join(' ') || 'the API server'}, ${JSON.stringify(status)}: ${JSON.stringify(bearer)}`, async () => {
    assert.deepEqual(await reviewer(status, audiences).whoIs('a.b.c'), bearer);
  });
}

const ACCESS: readonly (readonly [status: unknown, may: boolean])[] = [
  [{ allowed: true }, true],
  [{ allowed: true, denied: true }, false],
  [{ allowed: false }, false],
  [{ allowed: 'true' }, false],
  [undefined, false],
];
for (const [status, may] of ACCESS) {
  test(`an access that is reviewed as ${JSON.stringify(status)} is ${may ? 'allowed' : 'refused'}`, async () => {
    const { mayGet, asked } = reviewer(status);
    assert.equal(await mayGet(ALICE, '/metrics'), may);
    const [{ path, object } = { path: '', object: {} }] = asked;
    assert.equal(path, '/apis/authorization.k8s.io/v1/subjectaccessreviews');
    const { spec } = JSON.parse(JSON.stringify(object)) as { readonly spec: unknown };
    const nonResourceAttributes = { path: '/metrics', verb: 'get' };
    assert.deepEqual(spec, { user: 'alice', groups: ['sre'], nonResourceAttributes });
  });
}

const ROLE_PATHS: readonly (readonly [path: string, asRolesNameIt: string])[] = [
  ['/', '/'],
  ['/metrics', '/metrics'],
  ['/page/main.js', '/page/main.js'],
  ['/apiary', '/apiary'],
  // Whoever has any token may get these of the API server.
  ['/api', '/meshladder/api'],
  ['/api/v1/status', '/meshladder/api/v1/status'],
  ['/openapi/v3', '/meshladder/openapi/v3'],
  ['/version', '/meshladder/version'],
];
for (const [path, named] of ROLE_PATHS) {
  test(`a role names ${path} as ${named}`, async () => {
    const { mayGet, asked } = reviewer({ allowed: true });
    await mayGet(ALICE, path);
    assert.match(JSON.stringify(asked[0]?.object), new RegExp(`"path":"${named}"`));
  });
}
