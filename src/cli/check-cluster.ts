import { homeCluster } from '../model/home-cluster.ts';
import { known } from '../model/observed.ts';
import { DEFAULT_SETTINGS } from '../model/settings.ts';
import { emptySnapshot, type MeshSnapshot } from '../model/snapshot.ts';
import { systemClock } from '../runtime/clock.ts';
import type { LadderDocument } from '../sinks/report/ladder-json.ts';
import { ladderDocument } from '../sinks/report/ladder-report.ts';
import { withEnvoyOf } from './check-envoy.ts';
import { withIstiods } from './check-istiods.ts';
import type { Look } from './check-look.ts';
import type { CheckOptions } from './check-options.ts';
import { readCluster, unreadOf } from './check-read.ts';
import { checkThere } from './check-there.ts';
import type { Io } from './io.ts';
import { accessNotes } from './istiod-access.ts';
import { unreachableRemedy } from './istiod-remedy.ts';
import { portForwardOf, withKubeApi } from './kube-session.ts';
import { withProgress } from './progress.ts';

/**
 * The ladder as one look at a cluster, its istiods and, of a pod, its Envoy tells: nothing of what was before, and traffic
 * only from a Prometheus.
 */
export async function climbCluster(options: CheckOptions, io: Io): Promise<LadderDocument> {
  const notes: string[] = [];
  const document = await withProgress(io, 'reading the cluster', (say) =>
    withKubeApi(options.origin, io, 'ask a running exporter with --server', async (api, access) => {
      const { createPortForward } = await import('../sources/kubernetes/port-forward.ts');
      const { trustOf } = await import('./istiod-trust.ts');
      const toIstiods = options.urls.length > 0 ? undefined : await portForwardOf(access);
      const trust = trustOf(options.access, api);
      const toEnvoys = toIstiods ?? createPortForward({ access });
      return climb({ api, options, io, say, notes, toIstiods, trust, toEnvoys });
    }),
  );
  for (const note of notes) io.stderr.write(`meshladder: ${note}\n`);
  return document;
}

async function climb(look: Look): Promise<LadderDocument> {
  const { about } = look.options;
  const snapshot = await lookAround(look);
  if (about !== undefined) checkThere(about, snapshot);
  const document = ladderDocument(snapshot, about);
  const pod = document.about?.pod ?? undefined;
  if (about === undefined || pod === undefined || !look.options.inspect) return document;
  const name = { namespace: about.namespace, name: pod };
  return { ...ladderDocument(await withEnvoyOf(snapshot, name, look), name), about: document.about };
}

async function lookAround(look: Look): Promise<MeshSnapshot> {
  const { api, options, io, notes } = look;
  const cluster = await readCluster(api, options, io);
  notes.push(...unreadOf(cluster));
  const { rootNamespace, inspect } = options;
  const noLooks = inspect ? 'Envoys are looked into for one pod at a time' : 'not looked into (--no-inspect)';
  const empty = emptySnapshot(systemClock.now(), { ...DEFAULT_SETTINGS, rootNamespace, noLooks });
  const snapshot = await withIstiods({ ...empty, cluster }, look);
  const istiods = known(snapshot.controlPlane)?.istiods ?? [];
  notes.push(...accessNotes(istiods));
  const remedy = unreachableRemedy('check', istiods);
  if (remedy !== undefined && options.urls.length === 0) notes.push(remedy);
  return withTraffic(snapshot, look);
}

/** With what agents have counted, where a Prometheus is named that tells. */
async function withTraffic(snapshot: MeshSnapshot, { options, io, say, notes }: Look): Promise<MeshSnapshot> {
  const { prometheus, timeoutMs } = options;
  if (prometheus === undefined) return snapshot;
  const { askTraffic } = await import('../sources/prometheus/ask-traffic.ts');
  const { AskPrometheusError } = await import('../sources/prometheus/ask-prometheus-error.ts');
  say('asking Prometheus');
  const asked = { ...prometheus, timeoutMs, meshCluster: homeCluster(snapshot) };
  try {
    const value = await askTraffic(asked, systemClock.now, io.signal);
    return { ...snapshot, takenAt: systemClock.now(), asked: { state: 'fresh', at: systemClock.now(), value } };
  } catch (error) {
    if (!(error instanceof AskPrometheusError)) throw error;
    notes.push(`--prometheus: ${error.message}`);
    return snapshot;
  }
}
