import type { AskedPart } from '../model/asked-pods.ts';
import { podOwnerOf } from '../model/pod-owner.ts';
import type { ApiDocument } from '../sinks/http/routes.ts';
import { ladderDocument } from '../sinks/report/ladder-report.ts';
import type { Mesh } from './mesh.ts';

/** `/api/v1/ladder`: the whole mesh, with `namespace` one namespace, and with `pod` one pod of it, or what runs pods. */
export function ladderApi(mesh: Mesh): ApiDocument {
  return {
    about: 'the ladder: what is wrong, why, and what to do next, as JSON',
    refuse: (query) => problemOf(aboutIn(query)),
    document: (query) => {
      const about = aboutIn(query);
      return ladderDocument(mesh.readNow(), typeof about === 'string' ? undefined : about);
    },
  };
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
