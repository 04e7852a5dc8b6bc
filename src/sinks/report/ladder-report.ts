import type { MeshSnapshot } from '../../model/snapshot.ts';
import { examineLadder } from '../../rungs/examine-ladder.ts';
import { examineMesh, headlineOf, worstVerdict } from '../../rungs/examine-mesh.ts';
import { type LadderDocument, meshLadderJson, podLadderJson } from './ladder-json.ts';

/** A pod by its names. */
export interface PodAbout {
  readonly namespace: string;
  readonly name: string;
}

/** The ladder of a pod or, without one, of the whole mesh: exporter and command say the same. */
export function ladderDocument(snapshot: MeshSnapshot, about?: PodAbout): LadderDocument {
  if (about === undefined) return meshLadderJson(examineMesh(snapshot), snapshot.takenAt);
  const rungs = examineLadder(snapshot, about);
  const { namespace, name } = about;
  const headline = headlineOf(`${name}.${namespace}`, rungs);
  return podLadderJson({ namespace, name, verdict: worstVerdict(rungs), headline, rungs }, snapshot.takenAt);
}
