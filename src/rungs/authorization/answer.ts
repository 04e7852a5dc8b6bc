import type { AuthorizationQuestion } from '../../model/authorization-question.ts';
import type { DescribedRequest } from '../../model/described-request.ts';
import { meshConfigOf } from '../../model/mesh-config-of.ts';
import { meshRootNamespace } from '../../model/mesh-root.ts';
import { known } from '../../model/observed.ts';
import type { AuthorizationMesh } from './attribute.ts';
import { findCaller } from './caller.ts';
import { decideAt, type Place } from './decide-at.ts';
import type { Decision } from './decision.ts';
import { describeByObjects } from './described-by-objects.ts';
import { authorizationMesh } from './mesh-settings.ts';
import { mtlsOfServer } from './mtls-of-server.ts';
import { findPod, type PodFound } from './pod-asked.ts';
import type { AuthorizationPolicy } from './policy.ts';
import { type PolicyTarget, targetOf } from './policy-target.ts';
import { AUTHORIZATION_POLICIES, readAuthorizationPolicy } from './read-policy.ts';
import { tokenNote } from './token-note.ts';

/** An answer with what it rests on; or why there is none. */
export type AuthorizationAnswer =
  | (Decision & {
      readonly kind: 'answer';
      readonly target: {
        readonly namespace: string;
        readonly name: string;
        readonly enforcer: PolicyTarget['enforcer'] | 'none';
      };
      readonly request: DescribedRequest;
      /** What a person should know beside the answer. */
      readonly notes: readonly string[];
    })
  | Problem;

interface Problem {
  readonly kind: 'problem';
  readonly problem: string;
}

/** Whether a workload lets a request in, as far as objects and the description tell. */
export function answerAuthorization(question: AuthorizationQuestion): AuthorizationAnswer {
  const { cluster } = question;
  const stored = cluster.config[AUTHORIZATION_POLICIES] ?? { state: 'pending' };
  const objects = known(stored);
  if (objects === undefined) {
    const detail = stored.state === 'failed' ? stored.error.detail : 'nobody has read them';
    return { kind: 'problem', problem: `AuthorizationPolicies are not known: ${detail}` };
  }
  const policies = [...objects.values()].map(readAuthorizationPolicy);
  return answerByPolicies(policies, {
    ...question,
    rootNamespace: meshRootNamespace(cluster, question.rootNamespace),
  });
}

/** The same by policies that are read once for many questions. @param question with the mesh's own root namespace */
export function answerByPolicies(
  policies: readonly AuthorizationPolicy[],
  question: AuthorizationQuestion,
): AuthorizationAnswer {
  const found = findPod(question, policies);
  if ('problem' in found) return { kind: 'problem', ...found };
  const mesh = authorizationMesh(meshConfigOf(found.pod, question.cluster));
  const caller = findCaller(question, mesh);
  if ('problem' in caller) return { kind: 'problem', ...caller };
  const described = describeByObjects(question, found.pod, caller);
  const { namespace, name } = question;
  const place = placeOf(question, found);
  const target = { namespace, name: found.pod?.name ?? name, enforcer: place?.target.enforcer ?? 'none' } as const;
  const notes = [...found.notes, ...caller.notes, ...described.notes];
  if (place === undefined) {
    const reason = 'the pod has no proxy, and is in no ambient mesh: no policy is asked';
    return {
      kind: 'answer',
      target,
      decision: 'allow',
      reason,
      needs: [],
      steps: [],
      request: described.request,
      notes,
    };
  }
  return { kind: 'answer', target, ...decided({ question, policies, mesh, place, request: described.request, notes }) };
}

interface Deciding {
  readonly question: AuthorizationQuestion;
  readonly policies: readonly AuthorizationPolicy[];
  readonly mesh: AuthorizationMesh;
  readonly place: Place;
  readonly request: DescribedRequest;
  readonly notes: readonly string[];
}

type Decided = Decision & { readonly request: DescribedRequest; readonly notes: readonly string[] };

/** What the connection is refused for comes before any policy, though what they would say is still told. */
function decided({ question, policies, mesh, place, request, notes }: Deciding): Decided {
  const server = mtlsOfServer(question, place, request);
  const decision = decideAt(place, policies, { question, mesh, request: server.request });
  const all = {
    request: server.request,
    notes: [...notes, ...place.notes, ...server.notes, ...tokenNote(question, place.target)],
  };
  if (server.refused === undefined) return { ...decision, ...all };
  return { decision: 'deny', reason: server.refused, needs: [], steps: decision.steps, ...all };
}

/** Where policies are asked; undefined where nobody asks them. Written down, a pod is as good as injected. */
function placeOf(
  { hypothetical, service, namespace }: AuthorizationQuestion,
  { pod, labels }: PodFound,
): Place | undefined {
  const serves = service === undefined ? [] : [{ kind: 'Service' as const, ...service }];
  const target = pod === undefined ? undefined : targetOf(pod, serves);
  if (target !== undefined) return { target, pod, labels, notes: [] };
  if (!hypothetical) return undefined;
  const assumed =
    pod === undefined ? [] : ['the pod has no istio-proxy where it is written down; answered as if it had'];
  return { target: { namespace, labels: labels ?? {}, enforcer: 'envoy', serves: [] }, pod, labels, notes: assumed };
}
