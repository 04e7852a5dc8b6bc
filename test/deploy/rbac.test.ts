import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import type { KubeObject } from '../../scripts/helm.ts';
import { homeIstiods } from '../../src/app/istiod-part.ts';
import { connectKubernetes } from '../../src/app/kubernetes.ts';
import { createLeadership } from '../../src/app/leadership.ts';
import { createMesh } from '../../src/app/mesh.ts';
import { settingsOf } from '../../src/app/settings.ts';
import { createSharedIstiods } from '../../src/app/shared-istiods.ts';
import { createSourceBoard } from '../../src/app/source-board.ts';
import { createSources } from '../../src/app/sources.ts';
import { createWatchedCluster } from '../../src/app/watched-cluster.ts';
import type { Config } from '../../src/config/config.ts';
import type { Shard } from '../../src/model/shard.ts';
import { NO_HISTORY } from '../../src/model/sync-history.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLog } from '../../src/runtime/log.ts';
import { createScheduler } from '../../src/runtime/schedule.ts';
import { createAskedLooks } from '../../src/sources/inspection/asked-looks.ts';
import { REMOTE_SECRETS_RBAC } from '../../src/sources/kubernetes/remote-secrets/list.ts';
import { TOKEN_REVIEW_RBAC } from '../../src/sources/kubernetes/token-review.ts';
import type { RbacNeed } from '../../src/sources/source.ts';
import { NO_HELM, renderVariant, VARIANTS, variantFile } from '../support/chart.ts';
import { configOf, podOf } from '../support/chart-config.ts';
import { granted, needed, type Reach } from '../support/granted.ts';

const NAMESPACE = 'istio-system';

/** Nobody is asked: what a source needs it says before it runs. */
const KUBECONFIG = JSON.stringify({
  'current-context': 'c',
  contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
  users: [{ name: 'u', user: {} }],
});

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshladder-rbac-'));
  writeFileSync(join(folder, 'kubeconfig'), KUBECONFIG);
});
after(() => rmSync(folder, { recursive: true }));

for (const variant of VARIANTS) {
  test(`${variant}: the central part may do what its sources need, and nothing else`, { skip: NO_HELM }, async () => {
    const objects = renderVariant(variant);
    const given = valuesOf(variant);
    if (given.central?.enabled === false) return assert.deepEqual(rolesIn(objects), []);
    const config = await configOf(objects, 'central');
    assert.deepEqual(
      granted(objects, accountOf(objects, 'central'), NAMESPACE),
      needed(await needsOf(config), reachOf(config, given)),
    );
  });

  test(`${variant}: agents may do nothing`, { skip: NO_HELM }, () => {
    const objects = renderVariant(variant);
    if (valuesOf(variant).agent?.enabled !== true) return;
    assert.deepEqual(granted(objects, accountOf(objects, 'agent'), NAMESPACE), []);
    assert.equal(podOf(objects, 'agent').pod['spec'].automountServiceAccountToken, false);
  });
}

test('a right too many and a right too few are both seen', { skip: NO_HELM }, async () => {
  const objects = renderVariant('default');
  const config = await configOf(objects, 'central');
  const needs = await needsOf(config);
  const rights = granted(objects, accountOf(objects, 'central'), NAMESPACE);
  const more: RbacNeed = { apiGroup: '', resource: 'secrets', verbs: ['list'], why: 'no reason' };
  assert.notDeepEqual(rights, needed([...needs, more], reachOf(config, {})));
  assert.notDeepEqual(
    rights,
    needed(
      needs.filter(({ resource }) => resource !== 'services'),
      reachOf(config, {}),
    ),
  );
});

/** What all pods of the central part declare: their sources, what finds out who of them leads, and who may ask. */
async function needsOf(config: Config): Promise<readonly RbacNeed[]> {
  const shards = Array.from({ length: config.shard.count }, (_, index) => ({ index, count: config.shard.count }));
  return (await Promise.all(shards.map((shard) => needsOfShard(config, shard)))).flat();
}

async function needsOfShard(inPod: Config, shard: Shard): Promise<readonly RbacNeed[]> {
  const log = createLog({ write: () => true }, 'error', 'logfmt');
  const scheduler = createScheduler({ log, onRun: () => undefined, onMissedTick: () => undefined });
  const config = outsideOfPods(inPod);
  const mesh = createMesh({ settings: settingsOf(config), clock: systemClock, history: NO_HISTORY });
  const parts = { config, env: {}, mesh, scheduler, clock: systemClock, log, shard };
  const board = createSourceBoard(parts);
  const kubernetes = await connectKubernetes(parts);
  const cluster = await createWatchedCluster({ config, mesh, board, kubernetes });
  const leadership = await createLeadership({ ...parts, kubernetes });
  const sources = await createSources({
    ...parts,
    board,
    cluster,
    istiods: homeIstiods({ mesh, shared: createSharedIstiods(), log }),
    pace: () => 'normal',
    asked: createAskedLooks(systemClock.monotonicMs),
  });
  try {
    const tokens = config.web.auth === 'kubernetes' ? TOKEN_REVIEW_RBAC : [];
    const secrets = config.remoteClusters.secrets ? REMOTE_SECRETS_RBAC : [];
    return [...tokens, ...secrets, ...[leadership, ...cluster.tasks, ...sources.tasks].flatMap(({ rbac }) => rbac)];
  } finally {
    await sources.close();
    await cluster.close();
    scheduler.stop();
  }
}

/** Where there is no service account: a kubeconfig stands for it, and its namespace is told. */
function outsideOfPods(config: Config): Config {
  const mode = config.kubernetes.mode === 'off' ? 'off' : 'kubeconfig';
  return {
    ...config,
    kubernetes: { ...config.kubernetes, mode, kubeconfig: join(folder, 'kubeconfig') },
    leaderElection: { ...config.leaderElection, leaseNamespace: config.leaderElection.leaseNamespace ?? NAMESPACE },
  };
}

interface Given {
  readonly central?: { readonly enabled?: boolean };
  readonly agent?: { readonly enabled?: boolean };
  readonly rbac?: { readonly clusterRole?: boolean; readonly portForwardNamespaces?: readonly string[] };
}

function valuesOf(variant: string): Given {
  return parse(readFileSync(variantFile(variant), 'utf8')) as Given;
}

function reachOf(config: Config, given: Given): Reach {
  return {
    rootNamespace: config.istiod.rootNamespace,
    ownNamespace: NAMESPACE,
    namespaces: config.kubernetes.namespaces,
    clusterRole: given.rbac?.clusterRole ?? true,
    portForward: given.rbac?.portForwardNamespaces ?? [],
  };
}

function accountOf(objects: readonly KubeObject[], component: string): string {
  return podOf(objects, component).pod['spec'].serviceAccountName as string;
}

function rolesIn(objects: readonly KubeObject[]): readonly KubeObject[] {
  return objects.filter(({ kind }) => /Role(Binding)?$/.test(kind));
}
