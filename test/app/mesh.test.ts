import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMesh, type Mesh } from '../../src/app/mesh.ts';
import { createSourceBoard } from '../../src/app/source-board.ts';
import { type EpochSeconds, epochSeconds } from '../../src/model/brand.ts';
import { NO_CLUSTER } from '../../src/model/cluster.ts';
import type { ControlPlane } from '../../src/model/control-plane.ts';
import type { Observed } from '../../src/model/observed.ts';
import { proxyTable } from '../../src/model/proxy-table.ts';
import { DEFAULT_SETTINGS } from '../../src/model/settings.ts';
import type { SourceName } from '../../src/model/source-health.ts';
import { NO_HISTORY } from '../../src/model/sync-history.ts';
import { recordLog } from '../support/record-log.ts';

const T = 1_800_000_000;

/** A mesh at a moment that the test moves. */
function createAt(start: number): { readonly mesh: Mesh; moveTo(now: number): EpochSeconds } {
  let now = epochSeconds(start);
  const clock = { now: () => now, monotonicMs: () => 0 };
  const moveTo = (next: number): EpochSeconds => {
    now = epochSeconds(next);
    return now;
  };
  return { mesh: createMesh({ settings: DEFAULT_SETTINGS, clock, history: NO_HISTORY }), moveTo };
}

function pollOf(poll: number, names: readonly string[]): ControlPlane {
  const proxies = names.map((name) => ({ namespace: 'shop', name, type: 'sidecar', types: {} }) as const);
  const istiod = { name: 'istiod-1', namespace: 'istio-system', revision: 'default' };
  const at = epochSeconds(T);
  return { poll, istiods: [{ istiod, access: 'http', polledAt: at, answeredAt: at, proxies }] };
}

function fresh(at: EpochSeconds, value: ControlPlane): Observed<ControlPlane> {
  return { state: 'fresh', at, value };
}

const NAMES = Array.from({ length: 1000 }, (_, index) => `cart-${index}`);

describe('a poll that is prepared', () => {
  it('is seen only once it is set, and then gives what it gives unprepared', async () => {
    const poll = pollOf(1, NAMES);
    const [one, other] = [createAt(T), createAt(T)];
    await one.mesh.prepareControlPlane(poll);
    assert.equal(one.mesh.read().history, NO_HISTORY);
    assert.equal(one.mesh.read().controlPlane.state, 'pending');
    for (const { mesh } of [one, other]) mesh.setControlPlane(fresh(epochSeconds(T), poll));
    assert.equal(one.mesh.read().history.proxies.size, NAMES.length);
    assert.deepEqual(one.mesh.read(), other.mesh.read());
    assert.deepEqual(proxyTable(one.mesh.read()), proxyTable(other.mesh.read()));
  });

  it('does not undo what was published while it was worked on', async () => {
    const { mesh } = createAt(T);
    const gone = { cluster: 'Kubernetes', namespace: 'shop', name: 'gone', outOfSyncSince: epochSeconds(T - 60) };
    const restored = new Map([['Kubernetes/shop/gone', gone]]);
    const poll = pollOf(1, NAMES);
    const preparing = mesh.prepareControlPlane(poll);
    mesh.updateHistory((history) => ({ ...history, restored }));
    await preparing;
    mesh.setControlPlane(fresh(epochSeconds(T), poll));
    // The one that nobody lists is held as it was known.
    assert.equal(mesh.read().history.proxies.size, NAMES.length + 1);
    assert.deepEqual([...(mesh.read().history.restored?.keys() ?? [])], ['Kubernetes/shop/gone']);
  });

  it('is not taken for another one', async () => {
    const { mesh, moveTo } = createAt(T);
    await mesh.prepareControlPlane(pollOf(1, NAMES));
    mesh.setControlPlane(fresh(moveTo(T + 10), pollOf(2, ['cart-1'])));
    const { history } = mesh.read();
    assert.deepEqual([history.poll, history.at, [...history.proxies.keys()].length], [2, T + 10, 1]);
  });
});

describe('a lead that is lost', () => {
  it('takes with it what only a leader learns, and leaves what the cluster is like', () => {
    const { mesh } = createAt(T);
    mesh.setCluster({ ...NO_CLUSTER, otherPolicyEngines: ['cilium.io'] });
    mesh.setControlPlane(fresh(epochSeconds(T), pollOf(1, NAMES.slice(0, 3))));
    mesh.setInspections({ state: 'pending' });
    mesh.restoreFindings(new Map([['IST0101 VirtualService shop/a', epochSeconds(T)]]));
    assert.equal(proxyTable(mesh.read()).length, 3);
    mesh.forget();
    const left = mesh.read();
    assert.deepEqual(left.cluster.otherPolicyEngines, ['cilium.io']);
    assert.deepEqual([left.controlPlane.state, left.traffic.state, left.history], ['pending', 'pending', NO_HISTORY]);
    assert.deepEqual([left.findingsSince?.size, 'inspections' in left], [0, false]);
    assert.deepEqual(proxyTable(left), []);
  });

  it('leaves the sources that a standby goes on with', async () => {
    const { mesh } = createAt(T);
    const clock = { now: () => epochSeconds(T), monotonicMs: () => 0 };
    const board = createSourceBoard({ mesh, clock, log: recordLog() });
    const source = (name: SourceName) => ({ name, rbac: [], run: async () => undefined });
    board.add(source('kubernetes'), () => undefined);
    const ofLead = board.add(source('istiod'), () => undefined);
    board.remove([ofLead]);
    mesh.forget();
    assert.deepEqual(
      mesh.read().sources.map((health) => health.source),
      ['kubernetes'],
    );
  });
});
