import type { EnvoyConfig } from '../../model/envoy-config.ts';
import { ENVOY_SECTIONS, type EnvoyResource, type EnvoySection } from '../../model/envoy-resource.ts';
import { compareText } from '../../model/text-order.ts';
import { type CanonicalOptions, canonicalBody } from './canonical-body.ts';
import { fieldNames } from './field-names.ts';
import { unifiedDiff } from './unified-diff.ts';

/** One resource that is not the same in both dumps. */
export interface ConfigDifference {
  readonly section: EnvoySection;
  readonly name: string;
  readonly kind: 'changed' | 'only_first' | 'only_second';
  /** Hunks of a unified diff, `-` the first dump, `+` the second. */
  readonly diff: string;
}

/** What was found of a section. */
export interface SectionDiff {
  readonly section: EnvoySection;
  /** `unknown`: a dump does not have the section. */
  readonly state: 'same' | 'differs' | 'unknown';
  /** Names that were compared. */
  readonly compared: number;
  readonly differences: number;
}

export interface ConfigDiff {
  readonly sections: readonly SectionDiff[];
  readonly differences: readonly ConfigDifference[];
}

/** What is compared, and by what. */
export interface DiffOptions {
  /** The resources of a section that both should have; `undefined` where the dump does not have the section. */
  readonly resources: (config: EnvoyConfig, section: EnvoySection) => readonly EnvoyResource[] | undefined;
  /** Takes out of names and texts what must differ. */
  readonly replace?: (text: string, section: EnvoySection) => string;
  /** Those looked at; all by default. */
  readonly sections?: readonly EnvoySection[];
  /** How a difference is shown; by default as hunks of a unified diff. */
  readonly show?: (from: string, to: string) => string;
}

/**
 * Compares two dumps resource by resource, whatever their order and spelling. `version_info` and `last_updated` stand
 * beside resources and are not looked at: under delta xDS Envoy's version lags behind, though the content is the same.
 */
export function diffConfigs(first: EnvoyConfig, second: EnvoyConfig, options: DiffOptions): ConfigDiff {
  const names = fieldNames(first, second);
  const found = (options.sections ?? ENVOY_SECTIONS).map((section) => {
    const replace = (text: string): string => options.replace?.(text, section) ?? text;
    const [one, other] = [options.resources(first, section), options.resources(second, section)];
    return diffSection(section, one, other, { names, replace, show: options.show ?? unifiedDiff });
  });
  return {
    sections: found.map(([section]) => section),
    differences: found.flatMap(([, differences]) => differences),
  };
}

function diffSection(
  section: EnvoySection,
  first: readonly EnvoyResource[] | undefined,
  second: readonly EnvoyResource[] | undefined,
  options: CanonicalOptions & Required<Pick<DiffOptions, 'show'>>,
): readonly [SectionDiff, readonly ConfigDifference[]] {
  if (first === undefined || second === undefined) {
    return [{ section, state: 'unknown', compared: 0, differences: 0 }, []];
  }
  const [one, other] = [byName(first, options), byName(second, options)];
  const names = [...new Set([...one.keys(), ...other.keys()])].toSorted(compareText);
  const differences = names.flatMap((name) => {
    const [before, after] = [one.get(name) ?? [], other.get(name) ?? []];
    const [from, to] = [textOf(before, section, options), textOf(after, section, options)];
    return from === to ? [] : [{ section, name, kind: kindOf(before, after), diff: options.show(from, to) }];
  });
  const state = differences.length === 0 ? 'same' : 'differs';
  return [{ section, state, compared: names.length, differences: differences.length }, differences];
}

/** A name may be there several times, as that of resources without one is. */
function byName(resources: readonly EnvoyResource[], { replace }: CanonicalOptions): Map<string, EnvoyResource[]> {
  const named = new Map<string, EnvoyResource[]>();
  for (const resource of resources) {
    const name = replace(resource.name);
    const others = named.get(name);
    if (others === undefined) named.set(name, [resource]);
    else others.push(resource);
  }
  return named;
}

/** Made only while it is compared: the texts of a large dump are larger than the dump. */
function textOf(resources: readonly EnvoyResource[], section: EnvoySection, options: CanonicalOptions): string {
  return resources
    .map(({ body }) => JSON.stringify(canonicalBody(body, section, options), undefined, 2))
    .toSorted(compareText)
    .join('\n');
}

function kindOf(before: readonly unknown[], after: readonly unknown[]): ConfigDifference['kind'] {
  if (before.length === 0) return 'only_second';
  return after.length === 0 ? 'only_first' : 'changed';
}
