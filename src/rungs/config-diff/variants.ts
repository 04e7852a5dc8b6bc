import { ENVOY_SECTIONS, type EnvoySection } from '../../model/envoy-resource.ts';
import type { Inspections, ProxyInspection } from '../../model/inspection.ts';
import { compareText } from '../../model/text-order.ts';

/** Looks that lie further apart are not compared. */
const COMPARE_WITHIN_SECONDS = 300;

/** Replicas of one workload that should hold the same, and how many different configurations they hold. */
export interface SectionVariants {
  readonly namespace: string;
  readonly workload: string;
  readonly section: EnvoySection;
  readonly variants: number;
  /** One replica of each variant, that of the newest look. */
  readonly examples: readonly ProxyInspection[];
  /** How many were compared. */
  readonly replicas: number;
}

const variantsOfLooks = new WeakMap<Inspections['proxies'], readonly SectionVariants[]>();

/** By workload and section; of several groups of replicas (a rollout under way) the one that agrees least. */
export function workloadVariants({ proxies }: Inspections): readonly SectionVariants[] {
  const before = variantsOfLooks.get(proxies);
  if (before !== undefined) return before;
  const workloads = Map.groupBy(proxies.values(), ({ namespace, workload }) => `${namespace}/${workload}`);
  const made = [...workloads.values()].flatMap((looks) =>
    ENVOY_SECTIONS.flatMap((section) => {
      const groups = [...Map.groupBy(looks, (look) => likeness(look, section)).values()];
      const compared = groups.flatMap((group) => compare(group, section) ?? []);
      return compared.toSorted((one, other) => other.variants - one.variants).slice(0, 1);
    }),
  );
  variantsOfLooks.set(proxies, made);
  return made;
}

/** Endpoints are sent in an order by locality: replicas elsewhere hold others. */
function likeness({ kin, locality }: ProxyInspection, section: EnvoySection): string {
  return `${kin ?? ''} ${section === 'endpoints' ? (locality ?? '') : ''}`;
}

function compare(group: readonly ProxyInspection[], section: EnvoySection): SectionVariants | undefined {
  const looks = group
    .filter(({ kin, settled, fingerprints }) => {
      return kin !== undefined && settled?.[section] !== undefined && fingerprints?.[section] !== undefined;
    })
    .toSorted((one, other) => other.at - one.at || compareText(one.name, other.name));
  // The newest look may still be without one to hold against it: what was compared before it stands until then.
  for (const start of looks.keys()) {
    const comparable = comparableFrom(looks.slice(start), section);
    const [first] = comparable;
    if (first === undefined || comparable.length < 2) continue;
    const examples = onePerVariant(comparable, section);
    const { namespace, workload } = first;
    const found = { variants: examples.length, examples };
    return { namespace, workload, section, ...found, replicas: comparable.length };
  }
  return undefined;
}

function onePerVariant(looks: readonly ProxyInspection[], section: EnvoySection): readonly ProxyInspection[] {
  return [...Map.groupBy(looks, ({ fingerprints }) => fingerprints?.[section]).values()].flatMap((same) =>
    same.slice(0, 1),
  );
}

/** The newest look, and older ones as far back as nothing was sent to any of them since. @param looks newest first */
function comparableFrom(looks: readonly ProxyInspection[], section: EnvoySection): readonly ProxyInspection[] {
  const newest = looks[0]?.at ?? 0;
  let sentAt = 0;
  const end = looks.findIndex(({ at, settled }) => {
    sentAt = Math.max(sentAt, settled?.[section] ?? 0);
    return newest - at > COMPARE_WITHIN_SECONDS || sentAt > at;
  });
  return end < 0 ? looks : looks.slice(0, end);
}
