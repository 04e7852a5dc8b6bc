import type { DenialCount } from '../../model/denial-count.ts';
import type { RecentTraffic } from '../../model/recent-traffic.ts';
import type { Direction, ProxyLogCount, RequestCount, RequestShape } from '../../model/traffic.ts';
import type { VectorSample } from './instant-query.ts';
import type { TrafficQuestionName } from './traffic-questions.ts';

/** Answers to the questions, over one span. */
export type TrafficAnswers = Readonly<Record<TrafficQuestionName, readonly VectorSample[]>>;

/**
 * Puts together what agents have exported apart. Lines and their flags are counted in families of their own, so each flag
 * is taken for a line: where a line had two, as `UF,URX`, it is two lines here.
 */
export function trafficOfSamples(answers: TrafficAnswers): Pick<RecentTraffic, 'requests' | 'denials' | 'proxyLogs'> {
  return {
    requests: [...unflagged(answers), ...answers.flags.flatMap(flagged)],
    denials: answers.denials.map(denialOf),
    proxyLogs: answers.proxyLogs.map(proxyLogOf),
  };
}

/** Lines that are left when those with flags are taken away; failures of that place first. */
function unflagged({ requests, flags }: TrafficAnswers): readonly RequestCount[] {
  const withFlags = new Map<string, number>();
  for (const { labels, value } of flags) {
    const place = placeKey(labels);
    withFlags.set(place, (withFlags.get(place) ?? 0) + Math.round(value));
  }
  const worstFirst = requests.toSorted((one, other) => codeOf(other.labels) - codeOf(one.labels));
  return worstFirst.flatMap(({ labels, value }) => {
    const place = placeKey(labels);
    const taken = Math.min(withFlags.get(place) ?? 0, Math.round(value));
    withFlags.set(place, (withFlags.get(place) ?? 0) - taken);
    const count = Math.round(value) - taken;
    return count > 0 ? [{ shape: shapeOf(labels, { responseCode: codeOf(labels), flags: [] }), count }] : [];
  });
}

/** No status of a flagged line is known; 503 is what most of them have. */
function flagged({ labels, value }: VectorSample): readonly RequestCount[] {
  const count = Math.round(value);
  const { flag = '' } = labels;
  return count > 0 ? [{ shape: shapeOf(labels, { responseCode: 503, flags: [flag] }), count }] : [];
}

type Labels = VectorSample['labels'];

function placeKey(labels: Labels): string {
  const { proxy_namespace, workload, direction, destination, subset, route } = labels;
  return JSON.stringify([proxy_namespace, workload, direction, destination, subset, route]);
}

const DIRECTIONS: readonly Direction[] = ['inbound', 'outbound', 'unknown'];

function shapeOf(labels: Labels, known: Pick<RequestShape, 'responseCode' | 'flags'>): RequestShape {
  // A label that is empty is not sent.
  const { proxy_namespace: proxyNamespace = '', workload = '', destination = '', subset = '', route = '' } = labels;
  const direction = DIRECTIONS.find((each) => each === labels['direction']) ?? 'unknown';
  return { proxyNamespace, workload, direction, destination, subset, route, details: '', ...known };
}

/** The first status of a class: 200 for `2xx`. */
function codeOf({ response_code_class: codes = '' }: Labels): number {
  const hundreds = /^([1-5])xx$/.exec(codes)?.[1];
  if (hundreds !== undefined) return Number(hundreds) * 100;
  return codes === '0' ? 0 : 999;
}

function denialOf({ labels, value }: VectorSample): DenialCount {
  const { proxy_namespace: proxyNamespace = '', workload = '', policy_namespace: policyNamespace = '' } = labels;
  const { policy = '', rule = '' } = labels;
  return { proxyNamespace, workload, denial: { policyNamespace, policy, rule }, count: Math.round(value) };
}

function proxyLogOf({ labels, value }: VectorSample): ProxyLogCount {
  const { proxy_namespace: proxyNamespace = '', workload = '', level = '' } = labels;
  return { proxyNamespace, workload, level, count: Math.round(value) };
}
