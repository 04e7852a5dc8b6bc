import type { FamilySpec } from '../../rungs/rung.ts';

/** Labels that hold a namespace, of whatever is asked about. */
const NAMESPACES = ['proxy_namespace', 'pod_namespace', 'workload_namespace', 'service_namespace', 'object_namespace'];

/**
 * Series of a family, narrowed as the dashboard is: by job, and by mesh and namespace where the family has them.
 * @param more further matchers, as `state="STALE"`
 */
export function series(family: FamilySpec, ...more: readonly string[]): string {
  const namespace = NAMESPACES.find((label) => family.labels.includes(label));
  return seriesOfMesh(family, ...(namespace === undefined ? [] : [`${namespace}=~"$namespace"`]), ...more);
}

/** The same of every namespace: where the namespace is that of a caller, or there may be none. */
export function seriesOfMesh(family: FamilySpec, ...more: readonly string[]): string {
  const mesh = family.labels.includes('mesh_cluster') ? ['mesh_cluster=~"$mesh_cluster"'] : [];
  return `${family.name}{${['job=~"$job"', ...mesh, ...more].join(',')}}`;
}

/** The variable that `series` narrows by. */
export const NAMESPACE: { readonly name: string; readonly label: string; readonly query: string } = {
  name: 'namespace',
  label: 'Namespace',
  query: 'label_values(meshladder_expected_proxies{job=~"$job",mesh_cluster=~"$mesh_cluster"}, proxy_namespace)',
};
