import type { RecentTraffic } from './recent-traffic.ts';

/** What Prometheus knows of the traffic that agents on other nodes have counted: one span after the other, the shortest first. */
export interface AskedTraffic {
  readonly spans: readonly RecentTraffic[];
}
