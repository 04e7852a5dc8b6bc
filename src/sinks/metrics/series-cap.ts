import { OTHER } from '../../model/traffic.ts';
import type { FamilySpec, Sample } from '../../rungs/rung.ts';

/**
 * Labels with few possible values. They keep their value when samples are folded, so that the total of a flag or of a
 * state stays right; all others become `__other__`.
 */
const FEW_VALUES: ReadonlySet<string> = new Set([
  'mesh_cluster',
  'state',
  'verdict',
  'xds_type',
  'proxy_type',
  'flag',
  'direction',
  'response_code_class',
  'level',
  'mode',
  'mesh',
  'result',
]);

/** Keeps a family under its number of series, and what is beyond it as sums rather than nothing. */
export interface SeriesCap {
  apply(samples: readonly Sample[]): readonly Sample[];
}

/**
 * A cap for one family. For counters who was admitted stays, and who was folded stays folded while it lasts: a series
 * that moved between the two would make a counter run backwards. What was folded and then vanished stays in the sum.
 * @param onFolded told how many label sets were folded that were not folded before
 */
export function createSeriesCap(family: FamilySpec, max: number, onFolded: (count: number) => void): SeriesCap {
  const counter = family.type === 'counter';
  const combine = counter ? sum : COMBINE[family.fold ?? 'sum'];
  let folded = new Map<string, Sample>();
  const vanished = new Map<string, Sample>();
  const admission = counter ? oldestStay(max, (key) => folded.has(key)) : firstComers(max);
  return {
    apply(samples) {
      // Below the cap nothing needs to be remembered, but for counters that come near it: who is there stays.
      const near = counter ? max / 2 : max;
      if (samples.length <= near && folded.size === 0 && vanished.size === 0) return samples;
      const { kept, beyond } = split(family, samples, admission);
      if (counter) keepVanished(family, folded, beyond, vanished);
      const fresh = [...beyond].filter(([key, sample]) => !folded.has(key) && !isGroup(family, sample)).length;
      if (fresh > 0) onFolded(fresh);
      folded = beyond;
      return [...kept, ...groups(family, [...vanished.values(), ...beyond.values()], combine)];
    },
  };
}

const sum = (one: number, other: number): number => one + other;
const COMBINE = { sum, max: Math.max, min: Math.min } as const;

/** Who may have a series of its own; asked once for each label set, in order. */
type Admission = (keys: readonly string[]) => (key: string) => boolean;

function firstComers(max: number): Admission {
  return () => {
    let room = max;
    return () => {
      room -= 1;
      return room >= 0;
    };
  };
}

function oldestStay(max: number, isFolded: (key: string) => boolean): Admission {
  const admitted = new Set<string>();
  return (keys) => {
    // Room is for series that exist: the admitted that are gone leave theirs.
    if (admitted.size > 0) {
      const present = new Set(keys);
      for (const key of admitted) if (!present.has(key)) admitted.delete(key);
    }
    return (key) => {
      if (admitted.has(key)) return true;
      if (isFolded(key) || admitted.size >= max) return false;
      admitted.add(key);
      return true;
    };
  };
}

function split(
  family: FamilySpec,
  samples: readonly Sample[],
  admission: Admission,
): { readonly kept: Sample[]; readonly beyond: Map<string, Sample> } {
  const keys = samples.map((sample) => keyOf(family, sample));
  const admits = admission(keys);
  const kept: Sample[] = [];
  const beyond = new Map<string, Sample>();
  for (const [index, sample] of samples.entries()) {
    const key = keys[index] ?? '';
    if (!isGroup(family, sample) && admits(key)) kept.push(sample);
    else beyond.set(key, sample);
  }
  return { kept, beyond };
}

/** Folded label sets that are no longer there stay in their group's sum. */
function keepVanished(
  family: FamilySpec,
  before: ReadonlyMap<string, Sample>,
  now: ReadonlyMap<string, Sample>,
  vanished: Map<string, Sample>,
): void {
  for (const [key, sample] of before) {
    if (now.has(key)) continue;
    const group = groupOf(family, sample);
    const groupKey = keyOf(family, group);
    vanished.set(groupKey, { labels: group.labels, value: (vanished.get(groupKey)?.value ?? 0) + sample.value });
  }
}

function groups(
  family: FamilySpec,
  samples: readonly Sample[],
  combine: (one: number, other: number) => number,
): Sample[] {
  const sums = new Map<string, Sample>();
  for (const sample of samples) {
    const group = groupOf(family, sample);
    const key = keyOf(family, group);
    const known = sums.get(key);
    sums.set(key, known === undefined ? group : { labels: group.labels, value: combine(known.value, sample.value) });
  }
  return [...sums.values()];
}

function groupOf(family: FamilySpec, { labels, value }: Sample): Sample {
  const folded = family.labels.map((name) => [name, FEW_VALUES.has(name) ? (labels[name] ?? '') : OTHER]);
  return { labels: Object.fromEntries(folded), value };
}

/** A sample that is itself what others fold into, as when the tallies were capped before: there must be only one of it. */
function isGroup(family: FamilySpec, { labels }: Sample): boolean {
  const many = family.labels.filter((name) => !FEW_VALUES.has(name));
  return many.length > 0 && many.every((name) => labels[name] === OTHER);
}

function keyOf(family: FamilySpec, { labels }: Sample): string {
  return family.labels.map((name) => labels[name] ?? '').join('\u0000');
}
