import { epochSeconds } from '../../src/model/brand.ts';
import type { EnvoySection } from '../../src/model/envoy-resource.ts';
import type { Inspections, ProxyInspection } from '../../src/model/inspection.ts';
import { workloadOfPodName } from '../../src/model/workload-name.ts';

type Facts = Omit<Partial<ProxyInspection>, 'at' | 'settled'> & {
  readonly at?: number;
  readonly settled?: Partial<Record<EnvoySection, number>>;
};

/** What a look told of a proxy of `shop`, say. */
export function look(namespace: string, name: string, { at = 100, settled, ...facts }: Facts = {}): ProxyInspection {
  const told = Object.entries(settled ?? {}).map(([section, sentAt]) => [section, epochSeconds(sentAt)]);
  return {
    namespace,
    name,
    workload: workloadOfPodName(name),
    at: epochSeconds(at),
    ...(settled !== undefined && { settled: Object.fromEntries(told) }),
    ...facts,
  };
}

/** Looks that all succeeded. */
export function looks(...told: readonly ProxyInspection[]): Inspections {
  return { proxies: new Map(told.map((each) => [`${each.namespace}/${each.name}`, each])), failed: new Map() };
}
