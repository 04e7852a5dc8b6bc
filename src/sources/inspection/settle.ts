import { type EpochSeconds, epochSeconds } from '../../model/brand.ts';
import { ENVOY_SECTIONS, type EnvoySection } from '../../model/envoy-resource.ts';
import type { ProxyInspection } from '../../model/inspection.ts';
import type { Delivered, InspectionTarget } from './targets.ts';

type Delivery = InspectionTarget['delivered'];

/**
 * Sections in which nothing was sent to a proxy while it was looked into: all was acknowledged before and after, and it was
 * the same. Only there do its differences from istiod, or from another replica, mean anything.
 * @param after what a poll said that began after the look had ended; undefined where none did
 */
export function settledSections(before: Delivery, after: Delivery | undefined): Record<string, EpochSeconds> {
  const sections = Object.entries(before) as [EnvoySection, Delivered][];
  return Object.fromEntries(
    sections
      .filter(([section, { nonce }]) => after?.[section]?.nonce === nonce)
      .map(([section, { sentAt }]) => [section, epochSeconds(sentAt)]),
  );
}

/**
 * A look as it is told. What a proxy in sync was found to lack in a section that was on its way is not told: it would be a
 * difference of a moment. One that was out of sync differs by definition, and how far it lags is told as it was seen.
 */
export function settleLook(
  look: ProxyInspection,
  target: InspectionTarget,
  after: Delivery | undefined,
): ProxyInspection {
  const settled = settledSections(target.delivered, after);
  const { differences, ...rest } = look;
  if (differences === undefined || target.verdict !== 'synced') return { ...look, settled };
  const sound = Object.entries(differences).filter(([section]) => section in settled);
  return { ...rest, settled, ...(sound.length > 0 && { differences: Object.fromEntries(sound) }) };
}

/** Whether what a look tells need not last: it is worth another look soon. */
export function isDoubtful({ differences }: ProxyInspection, { verdict }: InspectionTarget): boolean {
  return verdict !== 'synced' || ENVOY_SECTIONS.some((section) => (differences?.[section] ?? []).length > 0);
}
