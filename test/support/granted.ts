import type { KubeObject } from '../../scripts/helm.ts';
import type { RbacNeed } from '../../src/sources/source.ts';

interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Every single right that an account has by roles and bindings, as `payment: list apps/deployments`; `*` is everywhere. */
export function granted(objects: readonly KubeObject[], account: string, namespace: string): readonly string[] {
  const rights = objects
    .filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding')
    .filter((binding) =>
      (binding['subjects'] as { kind: string; name: string; namespace: string }[]).some(
        (subject) => subject.kind === 'ServiceAccount' && subject.name === account && subject.namespace === namespace,
      ),
    )
    .flatMap((binding) => {
      const where = binding.kind === 'ClusterRoleBinding' ? '*' : (binding.metadata.namespace ?? '');
      const role = objects.find(
        ({ kind, metadata }) =>
          kind === binding['roleRef'].kind &&
          metadata.name === binding['roleRef'].name &&
          (kind === 'ClusterRole' || metadata.namespace === binding.metadata.namespace),
      );
      if (role === undefined) throw new Error(`binding ${binding.metadata.name} names a role that is not there`);
      return (role['rules'] as PolicyRule[]).flatMap((rule) => rightsOf(rule, where));
    });
  return [...new Set(rights)].toSorted();
}

function rightsOf(
  { apiGroups = [], resources = [], resourceNames = [''], verbs }: PolicyRule,
  where: string,
): string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      resourceNames.flatMap((name) => verbs.map((verb) => right(where, verb, `${group}/${resource}`, name))),
    ),
  );
}

function right(where: string, verb: string, what: string, name: string): string {
  return `${where}: ${verb} ${what}${name === '' ? '' : ` ${name}`}`;
}

/** Where sources look, as far as rights depend on it. */
export interface Reach {
  readonly rootNamespace: string;
  /** Where the pod runs. */
  readonly ownNamespace: string;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  /** Whether there may be rights for what is of no namespace. */
  readonly clusterRole: boolean;
  /** Where ports may be forwarded; empty: wherever it looks. */
  readonly portForward: readonly string[];
}

/** The same for what sources declare. */
export function needed(needs: readonly RbacNeed[], reach: Reach): readonly string[] {
  const rights = needs.flatMap((need) => {
    const names = need.resourceNames ?? [''];
    const placed = placesOf(need, reach);
    return placed.flatMap(([where, own]) =>
      (own === undefined ? names : [own]).flatMap((name) =>
        need.verbs.map((verb) => right(where, verb, `${need.apiGroup}/${need.resource}`, name)),
      ),
    );
  });
  return [...new Set(rights)].toSorted();
}

/** Where a need must be granted, and under which name of an object where that follows from where it looks. */
function placesOf(need: RbacNeed, reach: Reach): readonly (readonly [string, string?])[] {
  const looked = reach.namespaces.length === 0 ? ['*'] : [...new Set([...reach.namespaces, reach.rootNamespace])];
  if (need.clusterScoped !== undefined && !reach.clusterRole) return [];
  if (need.clusterScoped === 'all') return [['*']];
  if (need.clusterScoped === 'looked') return looked.map((name) => (name === '*' ? ['*'] : ['*', name]));
  if (need.namespace === 'root') return [[reach.rootNamespace]];
  if (need.namespace === 'own') return [[reach.ownNamespace]];
  const confined = need.resource === 'pods/portforward' && reach.portForward.length > 0;
  return (confined ? reach.portForward : looked).map((namespace) => [namespace]);
}
