import type { Labels } from '../../../model/workload.ts';
import { stringMap } from './fields.ts';

/**
 * Those that say something of the mesh, if there are any; others may be long (`last-applied-configuration`) and are
 * never read.
 */
export function meshAnnotations(value: unknown): Labels | undefined {
  let kept: Record<string, string> | undefined;
  for (const [key, word] of Object.entries(stringMap(value))) {
    if (!isOfMesh(key)) continue;
    kept ??= {};
    kept[key] = word;
  }
  return kept;
}

function isOfMesh(key: string): boolean {
  const domain = key.slice(0, Math.max(0, key.indexOf('/')));
  return domain === 'istio.io' || domain.endsWith('.istio.io') || key === 'kubernetes.io/ingress.class';
}
