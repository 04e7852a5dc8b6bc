import type { ClusterObjects } from './cluster.ts';
import { known } from './observed.ts';

/** Istio's root namespace: what mesh configurations say of it, if they agree, else what we were told. */
export function meshRootNamespace({ meshConfigs }: ClusterObjects, fallback: string): string {
  const said = new Set([...(known(meshConfigs)?.values() ?? [])].map((config) => config.rootNamespace ?? fallback));
  const [only = fallback] = said;
  return said.size === 1 ? only : fallback;
}
