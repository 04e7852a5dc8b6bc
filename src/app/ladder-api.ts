import { type AskedPart, podsAsked } from '../model/asked-pods.ts';
import { known } from '../model/observed.ts';
import { oneOwner, podOwnerOf } from '../model/pod-owner.ts';
import { proxyTable } from '../model/proxy-table.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import { shellWord } from '../rungs/wording.ts';
import type { ApiDocument } from '../sinks/http/api-answer.ts';
import { ApiRefusal } from '../sinks/http/api-refusal.ts';
import { ladderDocument } from '../sinks/report/ladder-report.ts';
import type { Mesh } from './mesh.ts';

/** `/api/v1/ladder`: the whole mesh, with `namespace` one namespace, and with `pod` one pod of it, or what runs pods. */
export function ladderApi(mesh: Mesh): ApiDocument {
  return {
    about: 'the ladder: what is wrong, why, and what to do next, as JSON',
    refuse: (query) => problemOf(aboutIn(query)),
    document: (query) => {
      const about = aboutIn(query);
      const snapshot = mesh.readNow();
      if (about === undefined || typeof about === 'string') return ladderDocument(snapshot);
      checkKnown(about, snapshot);
      return ladderDocument(snapshot, about);
    },
  };
}

/** @throws ApiRefusal 404 for what nobody has heard of: of nobody all would be well */
function checkKnown({ namespace, name, of }: AskedPart, snapshot: MeshSnapshot): void {
  const { namespaces, pods } = snapshot.cluster;
  const isNamespace = known(namespaces)?.has(namespace) ?? true;
  if (!isNamespace && !proxyTable(snapshot).some((row) => row.namespace === namespace)) {
    throw new ApiRefusal(404, `there is no namespace ${namespace} here; see kubectl get namespaces`);
  }
  if (name === undefined || known(pods) === undefined) return;
  const { names } = podsAsked(snapshot, { namespace, name, ...(of !== undefined && { of }) });
  if (names.length > 0) return;
  const what = of === undefined || of === 'pods' ? 'pod or workload' : `${oneOwner(of)} with pods`;
  const next = `kubectl -n ${shellWord(namespace)} get pods`;
  throw new ApiRefusal(404, `${name}.${namespace}: there is no such ${what}; see ${next}`);
}

function problemOf(about: AskedPart | string | undefined): string | undefined {
  return typeof about === 'string' ? about : undefined;
}

/** What is asked for; undefined for the whole mesh. @returns a text where it makes no sense */
function aboutIn(query: URLSearchParams): AskedPart | string | undefined {
  const [namespace, pod] = [query.get('namespace') || undefined, query.get('pod') || undefined];
  if (namespace === undefined) return pod === undefined ? undefined : 'pod: give its namespace too';
  if (pod === undefined) return { namespace };
  const slash = pod.indexOf('/');
  if (slash < 0) return { namespace, name: pod };
  const of = podOwnerOf(pod.slice(0, slash));
  return of === undefined
    ? 'pod: give NAME, or deploy, sts, ds, rs or pod/NAME'
    : { namespace, name: pod.slice(slash + 1), of };
}
