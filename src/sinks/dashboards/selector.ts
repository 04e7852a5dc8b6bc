import type { FamilySpec } from '../../rungs/rung.ts';

/** Labels that hold a namespace, of whatever is asked about. */
const NAMESPACES = ['proxy_namespace', 'pod_namespace', 'workload_namespace', 'service_namespace', 'object_namespace'];

/**
 * Series of a family, narrowed as the dashboard is: by job, and by mesh and namespace where the family has them.
 * @param more further matchers, as `state="STALE"`
 */
export function series(family: FamilySpec, ...more: readonly string[]): string {
  const has = (label: string): boolean => family.labels.includes(label);
  const namespace = NAMESPACES.find(has);
  const own = [
    'job=~"$job"',
    ...(has('mesh_cluster') ? ['mesh_cluster=~"$mesh_cluster"'] : []),
    ...(namespace === undefined ? [] : [`${namespace}=~"$namespace"`]),
  ];
  return `${family.name}{${[...own, ...more].join(',')}}`;
}

/** The variable that `series` narrows by. */
export const NAMESPACE: { readonly name: string; readonly label: string; readonly query: string } = {
  name: 'namespace',
  label: 'Namespace',
  query: 'label_values(meshladder_expected_proxies{job=~"$job",mesh_cluster=~"$mesh_cluster"}, proxy_namespace)',
};
