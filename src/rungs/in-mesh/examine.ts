import { membershipOf } from '../../model/membership.ts';
import { known } from '../../model/observed.ts';
import { connectsByItself, isLeaving } from '../../model/proxy-pod.ts';
import { isSilent } from '../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Pod } from '../../model/workload.ts';
import { explainOutOfSync } from '../out-of-sync.ts';
import type { Finding, Scope } from '../rung.ts';
import { isUnheardOf, podsIn, rowsIn } from '../scope.ts';
import { whyUnknown } from '../unknown-proxies.ts';
import { counted, shellWord } from '../wording.ts';
import { gapsAmong, type PodGap } from './gaps.ts';

const GAP_WORDS: Readonly<Record<PodGap['reason'], string>> = {
  pod_older_than_injector: 'it is older than the injector that would choose it; a restart gives it one',
  revision_not_found: 'no injector serves the revision it asks for',
  webhook_did_not_run: 'the injector chooses it, and did not run when it was made',
};

/** Whether who should be in the mesh is in it, and connected. */
export function examineInMesh(snapshot: MeshSnapshot, scope: Scope): Finding {
  const pods = podsIn(snapshot, scope);
  const missing = rowsIn(snapshot, scope).filter(({ verdict }) => verdict === 'missing');
  const gaps = pods === undefined ? undefined : gapsAmong(pods, snapshot);
  if (missing.length > 0 || (gaps?.length ?? 0) > 0) return found(snapshot, missing, gaps ?? []);
  if (pods === undefined) {
    return { verdict: 'unknown', summary: 'pods are not known, so nobody can be missed', evidence: unread(snapshot) };
  }
  if (isUnheardOf(snapshot, scope)) {
    const next = `kubectl -n ${shellWord(scope.namespace ?? '')} get pods`;
    return { verdict: 'unknown', summary: 'there is no such pod', evidence: [], next };
  }
  const summary = membershipText(pods);
  const unsure = whyUnsure(snapshot, scope, pods);
  if (unsure !== undefined) return { verdict: 'unknown', summary: unsure, evidence: [summary] };
  if (gaps === undefined) {
    return { verdict: 'unknown', summary: 'injectors or namespaces are not known', evidence: [summary] };
  }
  return { verdict: 'ok', summary, evidence: [] };
}

function found(snapshot: MeshSnapshot, missing: ReturnType<typeof rowsIn>, gaps: readonly PodGap[]): Finding {
  const explained = missing.length > 0 ? explainOutOfSync(missing, snapshot.takenAt) : undefined;
  const without = gaps.length > 0 ? [`${counted(gaps.length, 'pod')} without the sidecar it should have`] : [];
  const [gap] = gaps;
  const next = explained?.next ?? podCommand(gap?.pod);
  return {
    verdict: 'finding',
    summary: [...(explained === undefined ? [] : [explained.brief]), ...without].join('; '),
    evidence: [
      ...(explained === undefined ? [] : ['they run, and no istiod lists them', ...explained.evidence]),
      ...gaps.slice(0, 5).map(({ pod, reason }) => `${pod.name}.${pod.namespace}: ${GAP_WORDS[reason]}`),
    ],
    ...(next !== undefined && { next }),
  };
}

function podCommand(pod: Pod | undefined): string | undefined {
  if (pod === undefined) return undefined;
  return `kubectl -n ${shellWord(pod.namespace)} get pod ${shellWord(pod.name)} --show-labels`;
}

/** Why nobody can tell that these are connected: that a pod runs a proxy is half of the question. */
function whyUnsure(snapshot: MeshSnapshot, scope: Scope, pods: readonly Pod[]): string | undefined {
  const istiods = known(snapshot.controlPlane)?.istiods ?? [];
  if (isSilent(snapshot) || istiods.every(({ error }) => error !== undefined)) return 'rung 0 not passed';
  const rows = rowsIn(snapshot, scope);
  const unknown = whyUnknown(rows, snapshot);
  if (unknown !== undefined) return unknown;
  const isUnlisted = scope.name !== undefined && rows.length === 0 && pods.some(isToConnect);
  return isUnlisted ? 'its proxy has not connected yet' : undefined;
}

function isToConnect(pod: Pod): boolean {
  return connectsByItself(pod) && !isLeaving(pod);
}

function unread({ cluster }: MeshSnapshot): readonly string[] {
  return cluster.pods.state === 'failed' || cluster.pods.state === 'stale' ? [cluster.pods.error.detail] : [];
}

/** `12 pods in the mesh, 3 outside of it`. */
function membershipText(pods: readonly Pod[]): string {
  const staying = pods.filter((pod) => !isLeaving(pod));
  const outside = staying.filter((pod) => membershipOf(pod) === 'none').length;
  const inside = `${counted(staying.length - outside, 'pod')} in the mesh`;
  return outside === 0 ? inside : `${inside}, ${outside} outside of it and not meant to be in it`;
}
