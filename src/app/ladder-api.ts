import type { ApiDocument } from '../sinks/http/routes.ts';
import { ladderDocument } from '../sinks/report/ladder-report.ts';
import type { Mesh } from './mesh.ts';

/** `/api/v1/ladder`: the whole mesh, or with `namespace` and `pod` one pod. */
export function ladderApi(mesh: Mesh): ApiDocument {
  return {
    about: 'the ladder: what is wrong, why, and what to do next, as JSON',
    refuse: (query) => (namesIn(query).length === 1 ? 'give both namespace and pod, or neither' : undefined),
    document: (query) => {
      const [namespace, name] = namesIn(query);
      const about = namespace === undefined || name === undefined ? undefined : { namespace, name };
      return ladderDocument(mesh.readNow(), about);
    },
  };
}

function namesIn(query: URLSearchParams): readonly string[] {
  return ['namespace', 'pod'].flatMap((name) => query.get(name) || []);
}
