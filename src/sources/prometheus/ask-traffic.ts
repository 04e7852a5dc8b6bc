import type { AskedTraffic } from '../../model/asked-traffic.ts';
import type { EpochSeconds } from '../../model/brand.ts';
import { epochSeconds } from '../../model/brand.ts';
import { instantQuery, type PrometheusOptions, type VectorSample } from './instant-query.ts';
import { type TrafficAnswers, trafficOfSamples } from './traffic-of-samples.ts';
import { growthQuery, TRAFFIC_QUESTIONS } from './traffic-questions.ts';

/** Scrapes come every 15 to 60 s: in less than two minutes there may be too few of them. The longest as in our own logs. */
const SPANS_SECONDS: readonly number[] = [120, 300];

/**
 * Asks Prometheus what the agents on all nodes have counted lately.
 * @throws AskPrometheusError for the first question that is not answered
 */
export async function askTraffic(
  options: PrometheusOptions,
  now: () => EpochSeconds,
  signal: AbortSignal,
): Promise<AskedTraffic> {
  const spans: AskedTraffic['spans'][number][] = [];
  for (const seconds of SPANS_SECONDS) {
    const since = epochSeconds(now() - seconds);
    spans.push({ since, seconds, ...trafficOfSamples(await answersOver(seconds, options, signal)) });
  }
  return { spans };
}

async function answersOver(seconds: number, options: PrometheusOptions, signal: AbortSignal): Promise<TrafficAnswers> {
  const answers: [string, readonly VectorSample[]][] = [];
  // One after the other: a Prometheus has more to do than to answer us.
  for (const [name, question] of Object.entries(TRAFFIC_QUESTIONS)) {
    answers.push([name, await instantQuery(growthQuery(question, seconds, options.meshCluster), options, signal)]);
  }
  return Object.fromEntries(answers) as TrafficAnswers;
}
