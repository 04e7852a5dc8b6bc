import { type Beat, podAsked, type Scenario } from './scenario/scenario.ts';
import type { Sighting } from './scenario/verify.ts';

/** Says what happens, a line at a time, to a person who watches. */
export interface Narrator {
  line(text: string): void;
  beat(beat: Beat, sighting: Sighting): void;
}

/** Columns of the story; with the time before, the seconds after and what parts them, a line fits a terminal of 80. */
export const SAYS_WIDTH = 33;
export const SEEN_WIDTH = 33;

/** @param write takes whole lines with their newline */
export function createNarrator(write: (text: string) => unknown): Narrator {
  return {
    line: (text) => void write(`${text}\n`),
    beat({ at, says, seen }, sighting) {
      const begun = row(`+${at.toFixed(0)}s`, says);
      if (sighting.seen) write(`${begun}${seen.padEnd(SEEN_WIDTH)} ${seconds(sighting.afterMs)}\n`);
      else write(`${begun}NOT SEEN: ${seen}\n${sighting.missed.map((one) => `        ${one}\n`).join('')}`);
    },
  };
}

function row(time: string, says: string): string {
  return `${time.padStart(5)} ${says.padEnd(SAYS_WIDTH)}  `;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`.padStart(5);
}

/** What there is to see, and where. */
export function whereToLook(facts: {
  readonly url: string;
  readonly scenario: Scenario;
  readonly speed: number;
  readonly folder: string;
  readonly kubectlConfig: string;
  readonly proxies: number;
  /** For istiods whose debug ports are switched off. */
  readonly tokenFile?: string;
}): string {
  const { url, scenario, speed, folder, kubectlConfig, proxies, tokenFile } = facts;
  const pod = podAsked(scenario);
  return [
    `An embedded mesh of ${proxies} proxies and two istiods, watched by the real exporter:`,
    '',
    `  page      ${url}/`,
    `  metrics   ${url}/metrics`,
    `  proxies   ${url}/api/v1/proxies`,
    `  status    ${url}/api/v1/status`,
    `  kubectl   --kubeconfig ${kubectlConfig} get netpol -A`,
    '            for get and logs; steps of runbooks that exec, debug, port-forward',
    '            or change anything need a real cluster, as does istioctl',
    `  check     meshladder check ${pod.name}.${pod.namespace} \\`,
    `              --server ${url}`,
    ...(tokenFile === undefined ? [] : overXds(kubectlConfig, tokenFile)),
    `  logs      ${folder}/pods`,
    '',
    `The incident${scenario.quiet === true ? '' : ', as recorded in a real mesh'}, ${speed === 1 ? 'in real time' : `${speed} times as fast`} (${scenario.name}):`,
    `${scenario.about}.`,
    '',
    `${row('at', 'in the mesh')}${'on /metrics'.padEnd(SEEN_WIDTH)} after`,
  ].join('\n');
}

function overXds(kubeconfig: string, tokenFile: string): readonly string[] {
  return [
    '  istiods   their debug ports are switched off: the exporter asks over xDS, and',
    '            says so and why in status; as does',
    `            meshladder status --kubeconfig ${kubeconfig} \\`,
    `              --token-file ${tokenFile}`,
  ];
}
