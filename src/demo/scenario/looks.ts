import type { Expectation } from './expectation.ts';
import type { Scenario } from './scenario.ts';

/** Whether what is to be seen comes from looks into Envoys, of which there are a few a second. */
export function looksIntoEnvoys({ acts }: Scenario): boolean {
  return expectations(acts).some(({ by }) => by === 'envoy');
}

/** Whether it is seen by comparing an Envoy with what its istiod would send. */
export function comparesWithIstiod({ acts }: Scenario): boolean {
  return expectations(acts).some(({ text }) => text.startsWith('meshladder_proxy_config_differences{'));
}

function expectations(acts: Scenario['acts']): readonly Expectation[] {
  return acts.flatMap(({ beats }) => beats.flatMap(({ expects }) => expects));
}
