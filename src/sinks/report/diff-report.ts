import type { EnvoyConfig } from '../../model/envoy-config.ts';
import { ENVOY_SECTIONS, type EnvoyRejection, type EnvoySection } from '../../model/envoy-resource.ts';
import type { ConfigDiff, ConfigDifference, SectionDiff } from '../../rungs/config-diff/diff-configs.ts';
import { diffIstiodAndEnvoy } from '../../rungs/config-diff/istiod-and-envoy.ts';
import { diffReplicas } from '../../rungs/config-diff/replicas.ts';

/** Two dumps, compared, and what else is known of why they differ. */
export interface DiffReport extends ConfigDiff {
  /** What the first and the second dump are called. */
  readonly sides: readonly [first: string, second: string];
  /** `unknown`: nothing differs in what could be compared, and something could not be. */
  readonly verdict: 'same' | 'differs' | 'unknown';
  /** Updates that an Envoy refused: it keeps what it had. */
  readonly rejections: readonly (EnvoyRejection & { readonly side: string })[];
  /** Newer ones that wait for something: they are not in force yet. */
  readonly warming: readonly { readonly side: string; readonly section: EnvoySection; readonly name: string }[];
  /** What in the dumps could not be read. */
  readonly problems: readonly string[];
}

/** Endpoints are in a dump only where they were asked for: without them the rest can still be told. */
const NEEDED: readonly EnvoySection[] = ['clusters', 'listeners', 'routes'];

/**
 * What istiod would send against what Envoy has.
 * @param sections those looked at; all where empty
 */
export function istiodDiffReport(
  istiod: EnvoyConfig,
  envoy: EnvoyConfig,
  sections: readonly EnvoySection[],
): DiffReport {
  const diff = diffIstiodAndEnvoy(istiod, envoy, sections.length === 0 ? ENVOY_SECTIONS : sections);
  return reportOf(diff, [istiod, envoy], ['istiod', 'envoy'], sections.length === 0 ? NEEDED : sections);
}

/** What two replicas of a workload have. */
export function replicaDiffReport(
  first: EnvoyConfig,
  second: EnvoyConfig,
  sides: readonly [first: string, second: string],
): DiffReport {
  return reportOf(diffReplicas(first, second), [first, second], sides, NEEDED);
}

function reportOf(
  diff: ConfigDiff,
  configs: readonly [EnvoyConfig, EnvoyConfig],
  sides: readonly [string, string],
  needed: readonly EnvoySection[],
): DiffReport {
  const both = configs.map((config, nth) => ({ config, side: sides[nth] ?? '' }));
  const problems = both.flatMap(({ config, side }) => config.problems.map((problem) => `${side}: ${problem}`));
  const unknown = diff.sections.some(({ section, state }) => state === 'unknown' && needed.includes(section));
  return {
    ...diff,
    sides,
    verdict: diff.differences.length > 0 ? 'differs' : unknown || problems.length > 0 ? 'unknown' : 'same',
    rejections: both.flatMap(({ config, side }) => config.rejections.map((each) => ({ ...each, side }))),
    warming: both.flatMap(({ config, side }) => warmingOf(config).map((each) => ({ side, ...each }))),
    problems,
  };
}

function warmingOf(config: EnvoyConfig): readonly { readonly section: EnvoySection; readonly name: string }[] {
  return ENVOY_SECTIONS.flatMap((section) =>
    (config[section] ?? []).filter(({ state }) => state === 'warming').map(({ name }) => ({ section, name })),
  );
}

/** `meshladder diff -o json`, `meshladder compare -o json`. */
export interface DiffDocument {
  readonly verdict: DiffReport['verdict'];
  readonly sides: readonly string[];
  readonly sections: readonly SectionDiff[];
  /** `diff` is a unified diff, `-` the first side, `+` the second. */
  readonly differences: readonly ConfigDifference[];
  readonly rejections: readonly (Omit<EnvoyRejection, 'at'> & { readonly side: string; readonly at: string | null })[];
  readonly warming: DiffReport['warming'];
  readonly problems: readonly string[];
}

export function diffJson({
  verdict,
  sides,
  sections,
  differences,
  rejections,
  warming,
  problems,
}: DiffReport): DiffDocument {
  const timed = rejections.map(({ at, ...rejection }) => ({
    ...rejection,
    at: at === undefined ? null : new Date(Math.round(at * 1000)).toISOString(),
  }));
  return { verdict, sides, sections, differences, rejections: timed, warming, problems };
}
