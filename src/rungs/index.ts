import type { Rung } from './rung.ts';

/** The ladder, lowest rung first. The order is the product: each rung rules out the most for the ones above it. */
export const LADDER: readonly Rung[] = [];
