import type { RequestCount, RequestShape } from './traffic.ts';

/** Requests that one rule denied. */
export interface DenialCount {
  readonly proxyNamespace: string;
  readonly workload: string;
  readonly denial: NonNullable<RequestShape['denial']>;
  count: number;
}

/** Adds up what one rule denied, whatever else the lines say. An application's own 403 names no policy, and is not here. */
export function denialCounts(requests: readonly RequestCount[]): readonly DenialCount[] {
  const counts = new Map<string, DenialCount>();
  for (const { shape, count } of requests) {
    const { denial, proxyNamespace, workload } = shape;
    if (denial === undefined) continue;
    const key = [proxyNamespace, workload, denial.policyNamespace, denial.policy, denial.rule].join('\u0000');
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { proxyNamespace, workload, denial, count });
    else known.count += count;
  }
  return [...counts.values()];
}
