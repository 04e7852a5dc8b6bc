import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { hasIstiods, remoteIstiods } from '../../src/app/remote-istiods.ts';
import type { SharedIstiods } from '../../src/app/shared-istiods.ts';
import { type ClusterObjects, NO_CLUSTER, objectKey } from '../../src/model/cluster.ts';
import type { ControlPlane } from '../../src/model/control-plane.ts';
import type { MeshSnapshot } from '../../src/model/snapshot.ts';
import type { Pod } from '../../src/model/workload.ts';
import type { PortForward } from '../../src/sources/pod-port.ts';
import type { PollReport, Source, SourceContext } from '../../src/sources/source.ts';
import { answer, connection, fresh, pod, sync } from '../support/mesh.ts';
import { until } from '../support/until.ts';

const ISTIOD = pod('istio-system', 'istiod-1', { labels: { app: 'istiod' } });
const SHOP = pod('shop', 'cart');
const FORWARD = {} as PortForward;

function clusterOf(...pods: readonly Pod[]): ClusterObjects {
  return { ...NO_CLUSTER, pods: fresh(new Map(pods.map((each) => [objectKey(each.namespace, each.name), each]))) };
}

function pollOf(cluster: string): ControlPlane {
  return { poll: 1, istiods: [answer([connection('shop', 'cart', { cds: sync('a') }, { cluster })])] };
}

/** A source that is polled by hand, and says when it runs. */
function createHandPolled(name: string, said: string[]) {
  let context: SourceContext<ControlPlane> | undefined;
  const source: Source<ControlPlane> = {
    name: 'istiod',
    rbac: [],
    run: async (given, signal) => {
      said.push(`${name} begins`);
      context = given;
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      said.push(`${name} ends`);
    },
  };
  return { source, publish: (value: ControlPlane) => context?.publish(value) };
}

function startRemote(context: TestContext, portForward: PortForward | undefined) {
  const said: string[] = [];
  const [own, home] = [createHandPolled('own', said), createHandPolled('home', said)];
  let cluster = NO_CLUSTER;
  const prepared: ControlPlane[] = [];
  const mesh = {
    read: () => ({ cluster }) as MeshSnapshot,
    prepareControlPlane: async (value: ControlPlane) => void prepared.push(value),
  };
  const shared = { of: () => home.source } as unknown as SharedIstiods;
  const atHome = { read: () => ({ cluster: clusterOf(ISTIOD) }) as MeshSnapshot };
  const part = remoteIstiods({ cluster: 'west', mesh, shared, home: atHome, portForward, lookEveryMs: 5 });
  const published: ControlPlane[] = [];
  const reports: PollReport[] = [];
  const stop = new AbortController();
  const heard = {
    publish: (value: ControlPlane) => void published.push(value),
    report: (report: PollReport) => void reports.push(report),
  } as SourceContext<ControlPlane>;
  const running = part.source(own.source).run(heard, stop.signal);
  context.after(async () => {
    stop.abort();
    await running;
  });
  return {
    part,
    said,
    published,
    prepared,
    reports,
    own,
    home,
    see: (next: ClusterObjects): void => {
      cluster = next;
    },
  };
}

const untilLast = (said: readonly string[], last: string): Promise<unknown> =>
  until(
    () => said.at(-1),
    (now) => now === last,
    last,
  );

describe('whether a cluster has istiods of its own', () => {
  test('is not known before its pods are', () => assert.equal(hasIstiods(NO_CLUSTER), undefined));
  test('is so with a pod of one', () => assert.equal(hasIstiods(clusterOf(SHOP, ISTIOD)), true));
  test('is not so without', () => assert.equal(hasIstiods(clusterOf(SHOP)), false));
  test('is so with a Deployment of one that has no pod', () => {
    const deployment = { namespace: 'istio-system', name: 'istiod', labels: { app: 'istiod' } };
    assert.equal(hasIstiods({ ...clusterOf(SHOP), deployments: fresh(new Map([['x', deployment]])) }), true);
  });
});

test('who serves it is seen, and seen again when that changes', async (context) => {
  const { said, see, part } = startRemote(context, FORWARD);
  assert.deepEqual(said, []);
  see(clusterOf(SHOP));
  await untilLast(said, 'home begins');
  assert.deepEqual([...part.serving().pods.keys()], ['istio-system/istiod-1']);
  assert.equal(part.serving().portForward, undefined);
  see(clusterOf(SHOP, ISTIOD));
  await untilLast(said, 'own begins');
  assert.equal(part.serving().portForward, FORWARD);
  assert.equal(part.portForward, FORWARD);
  see({ ...NO_CLUSTER });
  see(clusterOf(SHOP));
  await untilLast(said, 'home begins');
  assert.deepEqual(said, ['home begins', 'home ends', 'own begins', 'own ends', 'home begins']);
});

test('polls of either are counted as of one, and told under the id that the cluster has here', async (context) => {
  const { said, see, part, own, home, published, prepared } = startRemote(context, FORWARD);
  see(clusterOf(SHOP));
  await untilLast(said, 'home begins');
  const first = pollOf('west');
  await part.prepare(first);
  home.publish(first);
  see(clusterOf(SHOP, ISTIOD));
  await untilLast(said, 'own begins');
  const second = pollOf('Kubernetes');
  await part.prepare(second);
  own.publish(second);
  assert.deepEqual(
    published.map(({ poll, istiods }) => [poll, istiods[0]?.proxies[0]?.cluster]),
    [
      [1, 'west'],
      [2, 'west'],
    ],
  );
  assert.deepEqual(published, prepared);
  assert.ok(published.every((value, at) => value === prepared[at]));
});

test('its own istiods are asked through its API server or not at all', async (context) => {
  const { said, see, part, reports } = startRemote(context, undefined);
  see(clusterOf(SHOP, ISTIOD));
  const [report] = await until(
    () => reports,
    (all) => all.length > 0,
    'a report',
  );
  assert.equal(report?.ok, false);
  assert.match(report?.errors[0]?.detail ?? '', /set remoteClusters\.portForward: true/);
  assert.deepEqual(said, []);
  assert.equal(part.serving().pods.size, 0);
});
