import { type AskedPart, podsAsked } from '../../model/asked-pods.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { examineLadder, type LadderEntry } from '../../rungs/examine-ladder.ts';
import { examineMesh, examineNamespace, headlineOf, worseFirst, worstVerdict } from '../../rungs/examine-mesh.ts';
import { type AboutDocument, type LadderDocument, meshLadderJson, partLadderJson } from './ladder-json.ts';

/** Replicas that are climbed for; those whose proxies are behind come first. */
const MAX_CLIMBED = 50;

/**
 * The ladder of a pod, of a namespace or, without either, of the whole mesh: exporter and command say the same. Of several
 * pods that is the worst one's. A pod that nobody knows is climbed for all the same, and rungs say so.
 */
export function ladderDocument(snapshot: MeshSnapshot, about?: AskedPart): LadderDocument {
  if (about === undefined) return meshLadderJson(examineMesh(snapshot), snapshot.takenAt);
  const { namespace, name, of } = about;
  if (name === undefined) {
    const { headline, rungs } = examineNamespace(snapshot, namespace);
    return partOf({ namespace, pod: null }, headline, rungs, snapshot);
  }
  const { names, isOwner } = podsAsked(snapshot, { namespace, name, ...(of !== undefined && { of }) });
  const climbed = (names.length === 0 ? [name] : names.slice(0, MAX_CLIMBED)).map((pod) => ({
    pod,
    rungs: examineLadder(snapshot, { namespace, name: pod }),
  }));
  const [worst = { pod: name, rungs: [] }] = climbed.toSorted((one, other) => worseFirst(one.rungs, other.rungs));
  const whole = isOwner && names.length > 0 ? { of: { workload: name, pods: names.length } } : {};
  const { pod, rungs } = worst;
  return partOf({ namespace, pod, ...whole }, headlineOf(`${pod}.${namespace}`, rungs), rungs, snapshot);
}

function partOf(
  about: AboutDocument,
  headline: string,
  rungs: readonly LadderEntry[],
  { takenAt }: MeshSnapshot,
): LadderDocument {
  return partLadderJson({ about, verdict: worstVerdict(rungs), headline, rungs }, takenAt);
}
