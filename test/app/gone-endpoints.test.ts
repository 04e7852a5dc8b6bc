import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createMesh, type Mesh } from '../../src/app/mesh.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import { NO_CLUSTER } from '../../src/model/cluster.ts';
import { knownServices } from '../../src/model/known-services.ts';
import { DEFAULT_SETTINGS } from '../../src/model/settings.ts';
import { NO_HISTORY } from '../../src/model/sync-history.ts';
import type { EndpointSlice } from '../../src/model/workload.ts';
import { endpoints } from '../../src/rungs/endpoints/rung.ts';
import { type AccessLogRun, startAccessLogRun } from '../support/access-log-run.ts';
import { fresh, objects, pod } from '../support/mesh.ts';
import { createNodeLogWriter } from '../support/node-log-writer.ts';
import { nodeLogsOf } from '../support/node-logs.ts';
import { service } from '../support/service.ts';

/** Where every line of the writer went. */
const ADDRESS = '10.44.0.21';
const SERVICES = objects([service('payment', 'shop', ['10.96.0.21'])]);
const T = 1_800_000_000;

function slice(...addresses: readonly string[]): EndpointSlice {
  const list = addresses.map((address) => ({ addresses: [address], ready: true, serving: true, terminating: false }));
  return { namespace: 'payment', name: 'shop-1', service: 'shop', ports: [], endpoints: list };
}

interface Watched {
  readonly mesh: Mesh;
  readonly run: AccessLogRun;
  /** Lets time pass, reads what was written, and tells how many requests to gone endpoints were counted. */
  look(afterSeconds: number): Promise<number | undefined>;
  setEndpoints(...addresses: readonly string[]): void;
}

async function watch(root: string, checkpointDir?: string): Promise<Watched> {
  let now = T;
  const clock = { now: () => epochSeconds(now), monotonicMs: () => 0 };
  const mesh = createMesh({ settings: DEFAULT_SETTINGS, clock, history: NO_HISTORY });
  const run = await startAccessLogRun({
    place: { kind: 'files', root, container: 'istio-proxy' },
    hostsOf: knownServices(SERVICES),
    ...(checkpointDir !== undefined && { checkpointDir }),
  });
  return {
    mesh,
    run,
    look: async (afterSeconds) => {
      now += afterSeconds;
      await run.round(afterSeconds);
      const traffic = run.traffic();
      if (traffic !== undefined) mesh.setTraffic(fresh(traffic, now), run.caughtUp());
      return endpoints.evaluate(mesh.read()).goneRequests[0]?.value;
    },
    setEndpoints: (...addresses) =>
      mesh.setCluster({
        ...NO_CLUSTER,
        services: fresh(SERVICES, now),
        pods: fresh(objects([pod('payment', 'other')]), now),
        endpointSlices: fresh(objects([slice(...addresses)]), now),
      }),
  };
}

function logOf(context: TestContext) {
  const node = nodeLogsOf(context);
  return { ...node, log: createNodeLogWriter(node.root, 'payment/checkout-v1-5c7d8e9f6b-qw4rt') };
}

test('requests in a real log, to an address that leaves the EndpointSlices', async (context) => {
  const { root, log } = logOf(context);
  const { mesh, run, look, setEndpoints } = await watch(root);
  assert.equal(await look(1), undefined, 'nobody knows the endpoints yet');
  setEndpoints(ADDRESS, '10.44.0.22');
  await look(1);
  log.write(5);
  assert.equal(await look(1), 0);
  setEndpoints('10.44.0.22');
  log.write(3);
  assert.equal(await look(20), 0, 'a pod that terminates still answers');
  log.write(4);
  assert.equal(await look(11), 4);
  const finding = endpoints.examine?.(mesh.read(), { namespace: 'payment' });
  assert.equal(finding?.summary, `4 requests to shop sent to ${ADDRESS}, which no EndpointSlice has`);
  setEndpoints(ADDRESS);
  log.write(6);
  assert.equal(await look(100), 4);
  await run.stop();
});

test('what was written while nobody watched is not held against endpoints of now', async (context) => {
  const { root, checkpointDir, log } = logOf(context);
  const first = await watch(root, checkpointDir);
  await first.look(1);
  log.write(2);
  await first.look(1);
  await first.run.stop();
  log.write(50);
  const second = await watch(root, checkpointDir);
  second.setEndpoints('10.44.0.22');
  await second.look(100);
  assert.equal(second.run.lines(), 52);
  assert.equal(await second.look(100), 0);
  log.write(1);
  assert.equal(await second.look(1), 0, 'the grace begins with the first request that is seen');
  log.write(2);
  assert.equal(await second.look(31), 2);
  await second.run.stop();
});
