/**
 * How many are in each state.
 * @param allKnown zeros included; else nothing of a state that none is known to be in: those of which nothing is known
 * may be, and a zero would read as none
 */
export function countsByState<S extends string>(
  states: readonly S[],
  counts: ReadonlyMap<S, number>,
  allKnown: boolean,
): readonly (readonly [state: S, count: number])[] {
  return states.flatMap((state) => {
    const count = counts.get(state) ?? 0;
    return count > 0 || allKnown ? [[state, count] as const] : [];
  });
}
