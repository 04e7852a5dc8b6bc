import { ENVOY_SECTIONS } from '../../model/envoy-resource.ts';
import type { ProxyInspection } from '../../model/inspection.ts';
import { firstOf, podText, span } from '../wording.ts';
import type { SectionVariants } from './variants.ts';

/** How many resources a look found to differ from what istiod would send. */
export function differencesOf({ differences }: ProxyInspection): number {
  return ENVOY_SECTIONS.reduce((sum, section) => sum + (differences?.[section]?.length ?? 0), 0);
}

/** `route 8080`, each once. */
export function namesOf(differing: readonly { readonly look: ProxyInspection }[]): readonly string[] {
  const names = differing.flatMap(({ look }) => ENVOY_SECTIONS.flatMap((section) => namesIn(look, section)));
  return [...new Set(names)];
}

function namesIn({ differences, rejections = [] }: ProxyInspection, section: (typeof ENVOY_SECTIONS)[number]) {
  const refused = new Set(rejections.filter((each) => each.section === section).map(({ name }) => name));
  const one = section.slice(0, -1);
  return (differences?.[section] ?? []).map(
    (name) => `${one} ${name === '' ? '(no name)' : name}${refused.has(name) ? ', which Envoy rejected' : ''}`,
  );
}

/** `cart-1.shop: route 8080, cluster outbound|80||pay.shop.svc.cluster.local`. */
export function differenceText(look: ProxyInspection): string {
  const names = ENVOY_SECTIONS.flatMap((section) => namesIn(look, section));
  return `${podText(look)}: ${firstOf(names)}`;
}

/** `2 replicas of cart.shop hold 2 different routes`. */
export function driftText({ workload, namespace, section, variants, replicas }: SectionVariants): string {
  return `${replicas} replicas of ${workload}.${namespace} hold ${variants} different ${section}`;
}

/** `looked into 40 s ago`. */
export function ageText({ at }: ProxyInspection, now: number): string {
  return `looked into ${span(now - at)} ago`;
}
