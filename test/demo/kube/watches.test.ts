import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { findResource, type Resource } from '../../../src/demo/kube/resources.ts';
import { object, openLines, startLab } from './lab.ts';
import { findTranscript, readTranscripts } from './transcripts.ts';

const MAPS = '/api/v1/namespaces/lab/configmaps';
const CONFIG_MAPS = findResource('', 'v1', 'configmaps') as Resource;

interface Event {
  readonly type: string;
  readonly object: { readonly kind: string; readonly metadata: Record<string, unknown> & { readonly name?: string } };
}

function eventOf(line: string | undefined): Event {
  return JSON.parse(line ?? 'null');
}

function map(name: string, data: object = { a: '1' }, labels = {}) {
  return object('v1', 'ConfigMap', `lab/${name}`, { data, labels });
}

// Most of these wait a second for the server to end a watch: all together.
suite('watches', { concurrency: true }, () => {
  test('a watch tells what happens behind its version, and ends in good order', async (context) => {
    const lab = await startLab(context);
    const version = lab.store.version();
    lab.store.create(map('w2'));
    const watch = await openLines(
      lab,
      `${MAPS}?watch=true&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=${version}`,
    );
    assert.equal(watch.response.status, 200);
    assert.equal(watch.response.headers.get('content-type'), 'application/json');
    assert.equal(watch.response.headers.get('transfer-encoding'), 'chunked');
    const first = eventOf(await watch.next());
    assert.deepEqual([first.type, first.object.kind, first.object.metadata.name], ['ADDED', 'ConfigMap', 'w2']);
    lab.store.create(map('w1'));
    lab.store.update(map('w1', { a: '2' }));
    lab.store.remove(CONFIG_MAPS, 'lab', 'w1');
    lab.store.create(object('v1', 'ConfigMap', 'other/w3'));
    const rest = (await watch.rest()).map(eventOf);
    const told = rest
      .filter(({ type }) => type !== 'BOOKMARK')
      .map(({ type, object: { metadata } }) => `${type} ${metadata.name}`);
    assert.deepEqual(told, ['ADDED w1', 'MODIFIED w1', 'DELETED w1']);
    const versions = rest.map(({ object: { metadata } }) => Number(metadata['resourceVersion']));
    assert.deepEqual(
      versions,
      versions.toSorted((one, other) => one - other),
    );
  });

  test('a bookmark has a kind and a version, and comes before the end', async (context) => {
    const lab = await startLab(context);
    const watch = await openLines(
      lab,
      `${MAPS}?watch=true&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion=${lab.store.version()}`,
    );
    const [bookmark] = (await watch.rest()).map(eventOf);
    assert.deepEqual(bookmark, {
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: String(lab.store.version()) } },
    });
  });

  test('without leave for bookmarks there are none', async (context) => {
    const lab = await startLab(context);
    const watch = await openLines(lab, `${MAPS}?watch=true&timeoutSeconds=1&resourceVersion=${lab.store.version()}`);
    assert.deepEqual(await watch.rest(), []);
  });

  test('with a selector, what begins to match is added and what stops is deleted', async (context) => {
    const lab = await startLab(context);
    const watch = await openLines(
      lab,
      `${MAPS}?watch=true&labelSelector=sel%3Don&timeoutSeconds=1&resourceVersion=${lab.store.version()}`,
    );
    lab.store.create(map('w2'));
    lab.store.update(map('w2', { a: '1' }, { sel: 'on' }));
    lab.store.update(map('w2', { a: '2' }, { sel: 'on' }));
    const stopped = lab.store.update(map('w2'));
    const events = (await watch.rest()).map(eventOf);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['ADDED', 'MODIFIED', 'DELETED'],
    );
    // As it last matched, at the version at which it stopped.
    assert.deepEqual(events[2]?.object.metadata['labels'], { sel: 'on' });
    assert.equal(events[2]?.object.metadata['resourceVersion'], stopped.metadata.resourceVersion);
  });

  test('without a version a watch begins with what there is', async (context) => {
    const lab = await startLab(context);
    lab.store.create(map('w1'));
    for (const query of ['', '&resourceVersion=0']) {
      const watch = await openLines(lab, `${MAPS}?watch=true&timeoutSeconds=1${query}`);
      assert.deepEqual(
        (await watch.rest()).map((line) => eventOf(line).type),
        ['ADDED'],
      );
    }
  });

  test('a streaming list ends its first part with a bookmark that says so', async (context) => {
    const lab = await startLab(context);
    lab.store.create(map('w1'));
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=60';
    const watch = await openLines(lab, `${MAPS}?watch=true&${query}`);
    assert.equal(eventOf(await watch.next()).type, 'ADDED');
    assert.deepEqual(eventOf(await watch.next()).object.metadata, {
      resourceVersion: String(lab.store.version()),
      annotations: { 'k8s.io/initial-events-end': 'true' },
    });
    await watch.cancel();
  });

  test('a version that is forgotten is HTTP 200 and one ERROR event, and then the end', async (context) => {
    const lab = await startLab(context);
    lab.store.create(map('w1'));
    lab.store.compact();
    const watch = await openLines(lab, `${MAPS}?watch=true&resourceVersion=1&timeoutSeconds=5`);
    assert.equal(watch.response.status, 200);
    const recorded = JSON.parse(
      findTranscript(readTranscripts('08-410-gone.txt'), 'watch from resourceVersion=1,').answer,
    );
    const [error, ...more] = (await watch.rest()).map((line) => JSON.parse(line));
    assert.deepEqual(more, []);
    const message = `too old resource version: 1 (${lab.store.version()})`;
    assert.deepEqual(error, { ...recorded, object: { ...recorded.object, message } });
  });

  test('a version of the future is silence', async (context) => {
    const lab = await startLab(context);
    const watch = await openLines(lab, `${MAPS}?watch=true&resourceVersion=99999999&timeoutSeconds=1`);
    lab.store.create(map('w1'));
    assert.deepEqual(await watch.rest(), []);
  });

  test('metadata can be watched by itself', async (context) => {
    const lab = await startLab(context);
    const accept = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json' };
    const target = '/apis/apps/v1/replicasets?watch=true&allowWatchBookmarks=true&timeoutSeconds=1';
    const watch = await openLines(lab, `${target}&resourceVersion=${lab.store.version()}`, accept);
    lab.store.create(object('apps/v1', 'ReplicaSet', 'lab/rs', { spec: { replicas: 1 } }));
    const [added, bookmark] = (await watch.rest()).map(eventOf);
    assert.deepEqual(Object.keys(added?.object ?? {}), ['kind', 'apiVersion', 'metadata']);
    assert.equal(bookmark?.object.kind, 'PartialObjectMetadata');
  });

  test('a dropped connection breaks a watch in the middle', async (context) => {
    const lab = await startLab(context);
    const watch = await openLines(lab, `${MAPS}?watch=true&resourceVersion=${lab.store.version()}`);
    lab.server.dropConnections();
    await assert.rejects(watch.rest());
  });
});
