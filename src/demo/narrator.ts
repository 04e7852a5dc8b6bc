import type { Beat, Scenario } from './scenario/scenario.ts';
import type { Sighting } from './scenario/verify.ts';

/** Says what happens, a line at a time, to a person who watches. */
export interface Narrator {
  line(text: string): void;
  beat(beat: Beat, sighting: Sighting): void;
}

/** @param write takes whole lines with their newline */
export function createNarrator(write: (text: string) => unknown, now: () => Date = () => new Date()): Narrator {
  return {
    line: (text) => void write(`${text}\n`),
    beat({ at, says, seen }, sighting) {
      const told = sighting.seen
        ? `exporter: ${seen} (${pollsText(sighting.polls)}, ${(sighting.afterMs / 1000).toFixed(1)} s)`
        : `exporter did NOT show it: ${sighting.missed.join('; ')}`;
      write(`${now().toTimeString().slice(0, 8)} ${`+${at.toFixed(1)}s`.padStart(8)}  ${says} | ${told}\n`);
    },
  };
}

function pollsText(polls: number): string {
  if (polls === 0) return 'before the next poll';
  return polls === 1 ? 'after 1 poll' : `after ${polls} polls`;
}

/** What there is to see, and where. */
export function whereToLook(facts: {
  readonly url: string;
  readonly scenario: Scenario;
  readonly speed: number;
  readonly folder: string;
  readonly kubeconfig: string;
  readonly proxies: number;
}): string {
  const { url, scenario, speed, folder, kubeconfig, proxies } = facts;
  return [
    `An embedded mesh of ${proxies} proxies and two istiods, and the real exporter watching it.`,
    '',
    `  metrics   ${url}/metrics`,
    `  proxies   ${url}/api/v1/proxies`,
    `  status    ${url}/api/v1/status`,
    `  cluster   kubectl --kubeconfig ${kubeconfig} get networkpolicies,virtualservices,pods -A`,
    `  logs      ${folder}/pods`,
    '',
    `The incident: ${scenario.about} (scenario ${scenario.name}, as recorded, ${speed === 1 ? 'in real time' : `${speed} times as fast`}).`,
    'Each line: the time, the second of the recording, what happens, and what the exporter says of it.',
    '',
  ].join('\n');
}
