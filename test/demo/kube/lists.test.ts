import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerList } from '../../../src/demo/kube/list.ts';
import { findResource } from '../../../src/demo/kube/resources.ts';
import { object, startLab } from './lab.ts';
import { findTranscript, readTranscripts } from './transcripts.ts';

interface List {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly { readonly metadata: { readonly name: string }; readonly kind?: string }[];
}

const LISTS = readTranscripts('01-list-limit-continue.txt');
const PODS = '/api/v1/namespaces/lab/pods';
const METADATA = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json' };

function namesOf({ items }: List): string[] {
  return items.map(({ metadata }) => metadata.name);
}

test('pages come with a token and a count of what remains, at one and the same version', async (context) => {
  const lab = await startLab(context);
  const recorded: List = JSON.parse(
    findTranscript(LISTS, 'list pods, limit=2').answer.replace(/\(continue token decoded.*/s, ''),
  );
  const first = (await lab.ask(`${PODS}?limit=2`)).json() as unknown as List;
  assert.deepEqual(Object.keys(first), Object.keys(recorded));
  assert.deepEqual(Object.keys(first.metadata), Object.keys(recorded.metadata));
  assert.deepEqual(namesOf(first), namesOf(recorded));
  assert.equal(first.metadata.remainingItemCount, recorded.metadata.remainingItemCount);
  const token = JSON.parse(Buffer.from(first.metadata.continue ?? '', 'base64url').toString());
  assert.deepEqual(token, { v: 'meta.k8s.io/v1', rv: Number(first.metadata.resourceVersion), start: '/lab-2\0' });
  // Items of a built-in kind do not repeat what they are.
  assert.equal(first.items[0]?.kind, undefined);

  lab.store.create(object('v1', 'Pod', 'lab/lab-0'));
  lab.store.create(object('v1', 'Pod', 'lab/lab-35'));
  const second = (await lab.ask(`${PODS}?limit=2&continue=${first.metadata.continue}`)).json() as unknown as List;
  assert.deepEqual(namesOf(second), ['lab-3', 'lab-4']);
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
  const last = (await lab.ask(`${PODS}?limit=2&continue=${second.metadata.continue}`)).json() as unknown as List;
  assert.deepEqual(namesOf(last), ['lab-5']);
  assert.deepEqual(Object.keys(last.metadata), ['resourceVersion']);
});

test('a list over all namespaces goes on behind namespace and name', async (context) => {
  const lab = await startLab(context);
  const target = '/apis/networking.istio.io/v1/virtualservices?limit=1';
  const recorded = findTranscript(
    readTranscripts('03-partialobjectmetadata-and-table.txt'),
    'PartialObjectMetadataList',
  );
  const answered = await lab.ask(target, { headers: METADATA });
  const first = answered.json() as unknown as List;
  const expected: List = JSON.parse(recorded.answer);
  assert.deepEqual({ ...first, metadata: 0, items: 0 }, { ...expected, metadata: 0, items: 0 });
  assert.deepEqual(Object.keys(first.items[0] ?? {}), ['kind', 'apiVersion', 'metadata']);
  assert.deepEqual(namesOf(first), namesOf(expected));
  assert.equal(first.metadata.remainingItemCount, expected.metadata.remainingItemCount);
  const token = JSON.parse(Buffer.from(first.metadata.continue ?? '', 'base64url').toString());
  assert.equal(token.start, '/bookinfo/bookinfo\0');
  const next = (await lab.ask(`${target}&continue=${first.metadata.continue}`)).json() as unknown as List;
  assert.deepEqual(namesOf(next), ['reviews']);
  // Items of a custom kind carry what they are.
  assert.equal(next.items[0]?.kind, 'VirtualService');
});

test('a selector leaves the count of what remains out, and resourceVersion=0 ignores the limit', async (context) => {
  const lab = await startLab(context);
  const selected = (await lab.ask(`${PODS}?limit=1&labelSelector=tier%3Dfront`)).json() as unknown as List;
  assert.deepEqual(Object.keys(selected.metadata), ['resourceVersion', 'continue']);
  const cached = (await lab.ask(`${PODS}?limit=2&resourceVersion=0`)).json() as unknown as List;
  assert.equal(cached.items.length, 5);
  assert.equal(cached.metadata.continue, undefined);
});

const SELECTORS: readonly (readonly [query: string, names: readonly string[]])[] = [
  ['labelSelector=tier%3Dfront%2Cnum%21%3D1', ['lab-2', 'lab-3']],
  ['labelSelector=num%20in%20(4%2C5)', ['lab-4', 'lab-5']],
  ['labelSelector=num%20notin%20(4%2C5),tier', ['lab-1', 'lab-2', 'lab-3']],
  ['labelSelector=!tier', []],
  ['labelSelector=num%3D9', []],
  ['labelSelector=num%3D%3D3', ['lab-3']],
  ['fieldSelector=metadata.name%3Dlab-2', ['lab-2']],
  ['fieldSelector=status.phase%21%3DRunning%2Cspec.nodeName%3D', ['lab-1', 'lab-2', 'lab-3', 'lab-4', 'lab-5']],
];

test('selectors choose as the API server does', async (context) => {
  const lab = await startLab(context);
  for (const [query, names] of SELECTORS) {
    const list = (await lab.ask(`${PODS}?${query}`)).json() as unknown as List;
    assert.deepEqual(namesOf(list), names, query);
  }
});

test('an expired token is a 410 with a new one inside, which goes on with what there is', async (context) => {
  const lab = await startLab(context);
  const first = (await lab.ask(`${PODS}?limit=2`)).json() as unknown as List;
  lab.store.create(object('v1', 'Pod', 'lab/lab-6'));
  lab.store.compact();
  const expired = await lab.ask(`${PODS}?limit=2&continue=${first.metadata.continue}`);
  const recorded = JSON.parse(findTranscript(readTranscripts('08-410-gone.txt'), 'expired continue token').answer);
  assert.equal(expired.status, 410);
  const body = expired.json() as { metadata: { continue: string } };
  assert.deepEqual({ ...body, metadata: 0 }, { ...recorded, metadata: 0 });
  const rest = (await lab.ask(`${PODS}?continue=${body.metadata.continue}`)).json() as unknown as List;
  assert.deepEqual(namesOf(rest), ['lab-3', 'lab-4', 'lab-5', 'lab-6']);
});

test('a list at exactly a version that is forgotten is a 410', async (context) => {
  const lab = await startLab(context);
  lab.store.create(object('v1', 'Pod', 'lab/lab-6'));
  lab.store.compact();
  const recorded = JSON.parse(findTranscript(readTranscripts('08-410-gone.txt'), 'list at exactly a compacted').answer);
  const answered = await lab.ask(`${PODS}?resourceVersion=1203&resourceVersionMatch=Exact&limit=1`);
  assert.equal(answered.status, 410);
  assert.deepEqual(answered.json(), recorded);
});

test('a version of the future is waited for in vain', async (context) => {
  const lab = await startLab(context);
  const resource = findResource('', 'v1', 'pods');
  assert.ok(resource);
  const request = {
    collection: lab.store.collection(resource),
    namespace: 'lab',
    query: new URLSearchParams('resourceVersion=99999999'),
    shown: { resource, version: 'v1', representation: 'full' } as const,
    newest: 1238,
  };
  const recorded = JSON.parse(
    findTranscript(readTranscripts('07-watch.txt'), 'LIST with a resourceVersion in the future').answer,
  );
  await assert.rejects(answerList(request, 1), {
    body: { message: recorded.message, reason: 'Timeout', details: recorded.details, code: 504 },
  });
});

test('a list in a namespace that is not there is empty', async (context) => {
  const lab = await startLab(context);
  const recorded = JSON.parse(findTranscript(readTranscripts('04-not-found.txt'), 'LIST in a namespace').answer);
  const list = (await lab.ask('/api/v1/namespaces/nosuchns/pods')).json();
  assert.deepEqual({ ...list, metadata: 0 }, { ...recorded, metadata: 0 });
});

test('one object, whole or its metadata', async (context) => {
  const lab = await startLab(context);
  const whole = (await lab.ask(`${PODS}/lab-1`)).json();
  assert.deepEqual(Object.keys(whole), ['kind', 'apiVersion', 'metadata', 'spec', 'status']);
  const accept = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' };
  const partial = (await lab.ask(`${PODS}/lab-1`, { headers: accept })).json();
  assert.deepEqual(Object.keys(partial), ['kind', 'apiVersion', 'metadata']);
  assert.equal(partial['kind'], 'PartialObjectMetadata');
  // The same object in another version that serves it.
  const beta = (await lab.ask('/apis/networking.istio.io/v1beta1/namespaces/bookinfo/virtualservices/reviews')).json();
  assert.equal(beta['apiVersion'], 'networking.istio.io/v1beta1');
});

test('discovery says what is served, in the order of the recorded server', async (context) => {
  const lab = await startLab(context);
  const groups = (await lab.ask('/apis')).json() as { groups: { name: string; versions: { version: string }[] }[] };
  const istio = groups.groups.find(({ name }) => name === 'networking.istio.io');
  assert.deepEqual(
    istio?.versions.map(({ version }) => version),
    ['v1', 'v1beta1', 'v1alpha3'],
  );
  assert.equal(
    groups.groups.some(({ name }) => name === 'gateway.networking.k8s.io'),
    false,
  );
  const recorded = JSON.parse(
    findTranscript(readTranscripts('04-not-found.txt'), 'discovery of one group-version').answer,
  );
  const telemetry = (await lab.ask('/apis/telemetry.istio.io/v1')).json() as { resources: Record<string, unknown>[] };
  const { categories: _categories, storageVersionHash: _hash, ...known } = recorded.resources[0];
  assert.deepEqual(telemetry.resources, [known, recorded.resources[1]]);
  assert.deepEqual({ ...telemetry, resources: 0 }, { ...recorded, resources: 0 });
  const core = (await lab.ask('/api/v1')).json() as { resources: { name: string }[] };
  assert.ok(core.resources.some(({ name }) => name === 'pods/log'));
  assert.deepEqual((await lab.ask('/api')).json()['versions'], ['v1']);
});
