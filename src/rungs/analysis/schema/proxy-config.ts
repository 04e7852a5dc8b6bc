import { hasAt, labelsAt, numberAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Problems } from './problems.ts';
import { checkWorkloadSelector } from './workload-selector.ts';

/** What Istio refuses of a ProxyConfig, or warns of (Istio pkg/config/validation). */
export function checkProxyConfig({ spec }: ConfigObject, problems: Problems): void {
  if (hasAt(spec, 'selector')) checkWorkloadSelector(labelsAt(spec, 'selector', 'matchLabels'), problems);
  if ((numberAt(spec, 'concurrency') ?? 0) < 0) problems.error('its concurrency is less than 0');
}
