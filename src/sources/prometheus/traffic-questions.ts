/** What of the agents' counters is asked for: a family, and the labels its series are added up by. */
export interface TrafficQuestion {
  readonly family: `meshladder_${string}`;
  readonly by: readonly string[];
}

export type TrafficQuestionName = 'requests' | 'flags' | 'denials' | 'proxyLogs';

const PLACE: readonly string[] = ['proxy_namespace', 'workload', 'direction', 'destination', 'subset', 'route'];

export const TRAFFIC_QUESTIONS: Readonly<Record<TrafficQuestionName, TrafficQuestion>> = {
  requests: { family: 'meshladder_requests_total', by: [...PLACE, 'response_code_class'] },
  flags: { family: 'meshladder_response_flags_total', by: [...PLACE, 'flag'] },
  denials: {
    family: 'meshladder_authorization_denials_total',
    by: ['proxy_namespace', 'workload', 'policy_namespace', 'policy', 'rule'],
  },
  proxyLogs: { family: 'meshladder_proxy_log_lines_total', by: ['proxy_namespace', 'workload', 'level'] },
};

/**
 * How much counters have grown in the last so many seconds, in whole counts: `increase` extrapolates, and a share is
 * judged by counts. A series that was not there before counts whole where its agent was scraped then; what an agent
 * brings along that was not, may be of hours.
 */
export function growthQuery({ family, by }: TrafficQuestion, seconds: number, meshCluster: string): string {
  const now = `${family}{mesh_cluster=${JSON.stringify(meshCluster)}}`;
  const before = `${now} offset ${seconds}s`;
  const agentBefore = `meshladder_build_info offset ${seconds}s`;
  const grown = `(${now} - (${before})) >= 0 or (${now} and on (job, instance) ${agentBefore})`;
  return `sum by (${by.join(', ')}) (${grown}) > 0`;
}
