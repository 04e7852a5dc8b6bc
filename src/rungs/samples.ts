import type { Families, Sample } from './rung.ts';

/** Samples of a rung's families while they are gathered. */
export type Gathered<F extends Families> = {
  readonly [K in keyof F]: Sample<F[K]['labels'][number]>[];
};

/** An empty list for each family; what stays empty is unknown or not the case. */
export function noSamples<F extends Families>(families: F): Gathered<F> {
  return Object.fromEntries(Object.keys(families).map((key) => [key, []])) as unknown as Gathered<F>;
}
