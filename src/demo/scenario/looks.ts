import type { Scenario } from './scenario.ts';

/** Whether what is to be seen comes from looks into Envoys, of which there are a few a second. */
export function looksIntoEnvoys({ acts }: Scenario): boolean {
  return acts.some(({ beats }) => beats.some(({ expects }) => expects.some(({ by }) => by === 'envoy')));
}
