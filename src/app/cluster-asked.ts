import type { ApiDocument } from '../sinks/http/api-answer.ts';
import { ApiRefusal } from '../sinks/http/api-refusal.ts';
import type { Clusters, WatchedMesh } from './clusters.ts';

/** The cluster that `?cluster=ID` names; home without it. @throws ApiRefusal 404 for one that is not watched */
export function clusterAsked(query: URLSearchParams, clusters: Clusters): WatchedMesh {
  const id = query.get('cluster') || undefined;
  const watched = clusters.of(id);
  if (watched !== undefined) return watched;
  throw new ApiRefusal(404, `no cluster ${id} is watched here; there are: ${clusters.ids().join(', ')}`);
}

/** A document of one cluster, of whichever is asked. */
export function ofClusterAsked(clusters: Clusters, of: (watched: WatchedMesh) => ApiDocument): ApiDocument {
  const { about, refuse } = of(clusters.home);
  return {
    about,
    ...(refuse !== undefined && { refuse }),
    document: (query) => of(clusterAsked(query, clusters)).document(query),
  };
}
