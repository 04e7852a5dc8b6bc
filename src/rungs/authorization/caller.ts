import type { AuthorizationQuestion } from '../../model/authorization-question.ts';
import { membershipOf } from '../../model/membership.ts';
import type { AuthorizationMesh } from './attribute.ts';
import { podNamed } from './pod-asked.ts';

/** What is known of who calls. */
export interface Caller {
  /** Null without a mesh certificate. */
  readonly principal: string | null | undefined;
  readonly ip: string | undefined;
  readonly notes: readonly string[];
}

/** The caller's identity and address, as its proxy would show them. */
export function findCaller(
  { caller, cluster, hypothetical }: AuthorizationQuestion,
  { trustDomains }: AuthorizationMesh,
): Caller | { readonly problem: string } {
  const identity = (namespace: string, account: string): string =>
    `${trustDomains[0] ?? 'cluster.local'}/ns/${namespace}/sa/${account}`;
  const only = (principal: Caller['principal']): Caller => ({ principal, ip: undefined, notes: [] });
  switch (caller.kind) {
    case 'unknown':
      return only(undefined);
    case 'plaintext':
      return only(null);
    case 'principal':
      return only(caller.principal);
    case 'account':
      return only(identity(caller.namespace, caller.name));
    case 'pod': {
      const { namespace, name } = caller;
      const pod = podNamed(cluster, namespace, name);
      if (pod === undefined)
        return { problem: `--from ${name}.${namespace}: there is no such pod or workload; ${OTHER_FORMS}` };
      const [ip] = pod.ips;
      if (membershipOf(pod) !== 'none' || hypothetical) return { ...only(identity(namespace, pod.serviceAccount)), ip };
      return { principal: null, ip, notes: [`${pod.name} has no proxy: it calls without a mesh certificate`] };
    }
  }
}

const OTHER_FORMS = 'give its identity, as in cluster.local/ns/NAMESPACE/sa/ACCOUNT or NAMESPACE/ACCOUNT';
