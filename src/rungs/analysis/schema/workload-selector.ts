import type { Labels } from '../../../model/workload.ts';
import type { Problems } from './problems.ts';

/** Labels by which an object selects workloads. */
export function checkWorkloadSelector(labels: Labels, problems: Problems): void {
  const entries = Object.entries(labels);
  if (entries.length === 0) problems.warning('its selector has no labels, and so selects all pods of the namespace');
  for (const [name, value] of entries) {
    if (name === '') problems.error('its selector has a label without a name');
    if (name.includes('*') || value.includes('*')) problems.error(`its selector has a star in ${name}=${value}`);
  }
}
