import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { diffApi } from '../../src/app/diff-api.ts';
import { inspectInThread } from '../../src/app/inspect-in-thread.ts';
import type { Mesh } from '../../src/app/mesh.ts';
import { configSchema } from '../../src/config/schema.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import { createRoutes } from '../../src/sinks/http/routes.ts';
import type { ApiDiffDocument } from '../../src/sinks/report/diff-api-json.ts';
import { type DiffExcerpt, diffExcerpt } from '../../src/sinks/report/diff-excerpt.ts';
import type { DiffDocument } from '../../src/sinks/report/diff-report.ts';
import type { AskedAnswer, AskedLooks } from '../../src/sources/inspection/asked-looks.ts';
import { CHECKOUT, dumpPath } from '../support/envoy-dump.ts';
import { answer, connection, pod, polledMesh, sync } from '../support/mesh.ts';

const SYNCED = { cds: sync('a'), lds: sync('b'), rds: sync('c'), eds: sync('d') };
const EMPTY: DiffExcerpt = {
  verdict: 'same',
  sides: ['istiod', 'envoy'],
  sections: [],
  differences: [],
  rejections: [],
  warming: [],
  problems: [],
  leftOut: 0,
};

function polled() {
  const mesh = polledMesh();
  mesh.setPods([pod('shop', 'cart-1'), pod('shop', 'lost-1')]);
  for (const at of [1_000, 1_010, 1_020]) mesh.poll(at, [answer([connection('shop', 'cart-1', SYNCED)])]);
  return mesh;
}

async function ask(
  query: string,
  given: AskedAnswer<DiffExcerpt>,
  inspect: object = { enabled: true },
  isPolled = true,
) {
  const keys: string[] = [];
  const asked = {
    ask: async (key: string) => {
      keys.push(key);
      return given;
    },
  } as Partial<AskedLooks<DiffExcerpt>> as AskedLooks<DiffExcerpt>;
  const mesh = isPolled ? polled() : polledMesh();
  const standIn = { read: () => mesh.snapshot } as Mesh;
  const routes = createRoutes({
    version: '1',
    telemetryPath: '/metrics',
    scrape: () => Promise.reject(new Error('not asked for')),
    withheld: () => undefined,
    pending: () => [],
    api: { diff: diffApi({ config: configSchema.parse({ inspect }), mesh: standIn, asked }) },
  });
  const route = routes.find(({ path }) => path === '/api/v1/diff');
  const got = await route?.answer({ acceptsGzip: false, query: new URLSearchParams(query) });
  const body = JSON.parse(String(got?.body)) as ApiDiffDocument & { readonly error?: string };
  return { status: got?.status, body, retry: got?.headers?.['Retry-After'], keys };
}

const CART = 'namespace=shop&pod=cart-1';
const TOLD = { state: 'told', at: epochSeconds(1_020.5), diff: EMPTY } as const;
const REFUSED = { code: 'refused', detail: 'nobody there' } as const;

test('the diff of the proxy that was asked for', async () => {
  const { status, body, keys } = await ask(CART, TOLD);
  assert.deepEqual([status, keys], [200, ['shop/cart-1']]);
  assert.deepEqual(body, { at: '1970-01-01T00:17:00.500Z', about: { namespace: 'shop', pod: 'cart-1' }, ...EMPTY });
});

interface Refusal {
  readonly what: string;
  readonly query?: string;
  readonly answer?: AskedAnswer<DiffExcerpt>;
  readonly inspect?: object;
  /** Default: istiods have been. */
  readonly isPolled?: boolean;
  readonly status: number;
  readonly says: RegExp;
  readonly retry?: string;
}

const REMEDY = /meshladder diff cart-1\.shop$/;
const REFUSALS: readonly Refusal[] = [
  { what: 'no pod', query: 'namespace=shop', status: 400, says: /both namespace and pod/ },
  { what: 'inspection is off', inspect: {}, status: 409, says: /^inspection is off \(inspect\.enabled\)/ },
  { what: 'and says what to do instead', inspect: {}, status: 409, says: REMEDY },
  { what: 'istiods are not asked', inspect: { enabled: true, askIstiod: false }, status: 409, says: REMEDY },
  {
    what: 'nobody of this name',
    query: 'namespace=shop&pod=%3Cb%3E',
    status: 404,
    says: /^<b>\.shop: no Envoy of this cluster .*: meshladder status -n shop$/,
  },
  {
    what: 'no istiod lists it',
    query: 'namespace=shop&pod=lost-1',
    status: 409,
    says: /^lost-1\.shop: no istiod lists this proxy, .*: meshladder check lost-1\.shop$/,
  },
  {
    what: 'a name that would begin a command of its own',
    query: `namespace=shop&pod=${encodeURIComponent('a;reboot')}`,
    inspect: {},
    status: 409,
    says: /meshladder diff 'a;reboot\.shop'$/,
  },
  {
    what: 'nobody has told of proxies yet',
    isPolled: false,
    status: 503,
    says: /proxy cart-1\.shop is not known .*meshladder diff cart-1\.shop$/,
    retry: '10',
  },
  {
    what: 'no answer',
    answer: { state: 'failed', reason: REFUSED },
    status: 502,
    says: /^nobody there; .*meshladder/,
  },
  {
    what: 'another is asked',
    answer: { state: 'busy' },
    status: 429,
    says: /^another proxy/,
    retry: '10',
  },
  { what: 'and it says what to do', answer: { state: 'busy' }, status: 429, says: REMEDY, retry: '10' },
  { what: 'ration used up', answer: { state: 'rationed' }, status: 503, says: REMEDY, retry: '30' },
  { what: 'it stops', answer: { state: 'closed' }, status: 503, says: REMEDY, retry: '10' },
];

for (const { what, query = CART, answer: given = TOLD, inspect, isPolled, status, says, retry } of REFUSALS) {
  test(`no diff: ${what}`, async () => {
    const got = await ask(query, given, inspect, isPolled);
    assert.deepEqual([got.status, got.retry, Object.keys(got.body)], [status, retry, ['error']]);
    assert.match(got.body.error ?? '', says);
    if (given === TOLD) assert.deepEqual(got.keys, [], 'nobody is asked');
  });
}

test('a bug is no refusal', async () => {
  const failing = { state: 'told' } as unknown as AskedAnswer<DiffExcerpt>;
  await assert.rejects(ask(CART, failing), RangeError);
});

function recorded(side: 'istiod' | 'envoy'): Uint8Array {
  return gunzipSync(readFileSync(dumpPath(`stale/${CHECKOUT}.${side}`)));
}

test('what the thread makes of recorded dumps is as the schema says', async () => {
  const sent = { istiod: 'a', chunks: [recorded('istiod')] };
  const task = {
    pod: { namespace: 'payment', pod: 'checkout' },
    answers: [{ path: '/config_dump?include_eds', chunks: [recorded('envoy')] }],
    sent,
    siblings: { pods: [], addresses: [] },
    limitBytes: 64 << 20,
  };
  const never = new AbortController().signal;
  const plain = await inspectInThread({ ...task, wantsDiff: false }, never);
  const { facts, diff } = await inspectInThread({ ...task, wantsDiff: true }, never);
  assert.deepEqual(plain, { facts });
  assert.equal(diff?.verdict, 'differs');
  assert.deepEqual(
    diff.differences.map(({ section, name }) => `${section}/${name}`),
    Object.entries(facts.differences ?? {}).flatMap(([section, names]) => names.map((name) => `${section}/${name}`)),
  );
  const { body } = await ask(CART, { ...TOLD, diff });
  const ajv = new Ajv2020({ strict: true });
  ajv.addFormat('date-time', true);
  const schema = JSON.parse(
    readFileSync(new URL('../../docs/schemas/api-diff.json', import.meta.url), 'utf8'),
  ) as object;
  assert.equal(ajv.validate(schema, body), true, ajv.errorsText());
});

test('of a large diff the first of it, and how much more there is', () => {
  const difference = { section: 'routes', name: '80', kind: 'changed', diff: '-a\n'.repeat(1_000) } as const;
  const wide = { ...difference, diff: `-${'x'.repeat(50_000)}\n-b\n` };
  const document: DiffDocument = { ...EMPTY, differences: [wide, ...Array.from({ length: 149 }, () => difference)] };
  const { differences, leftOut } = diffExcerpt(document);
  assert.deepEqual([differences.length, leftOut], [100, 50]);
  assert.equal(differences[0]?.diff, '\n… and 2 lines more; meshladder diff has them all\n');
  assert.match(differences[1]?.diff ?? '', /^(-a\n){300}… and 700 lines more; meshladder diff has them all\n$/);
  assert.ok(JSON.stringify(diffExcerpt(document)).length < 4_000_000);
  assert.deepEqual(diffExcerpt(EMPTY), EMPTY);
});
