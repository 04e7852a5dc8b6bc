import { atLeast, type Expectation, equal, none } from './expectation.ts';

const PAYMENT = { proxy_namespace: 'payment' };

/** What scenarios expect of the namespace `payment`, in the words of the metric contract. */

export function blockedByDefaultDeny(): Expectation[] {
  const labels = { ...PAYMENT, policy_namespace: 'payment', policy: 'default-deny', direction: 'egress' };
  return [equal(3, { family: 'meshladder_xds_blocked_by_network_policy', labels, by: 'kubernetes' })];
}

export function notBlocked(): Expectation[] {
  return [none({ family: 'meshladder_xds_blocked_by_network_policy', by: 'kubernetes' })];
}

/** CDS, LDS and RDS of all three are STALE; EDS, which was not pushed, stays SYNCED. */
export function stale(): Expectation[] {
  const state = (xds_type: string, state: string): Expectation =>
    equal(3, { family: 'meshladder_proxies', labels: { ...PAYMENT, xds_type, state } });
  return [
    ...['cds', 'lds', 'rds'].map((type) => state(type, 'STALE')),
    state('eds', 'SYNCED'),
    equal(3, { family: 'meshladder_expected_proxies', labels: { ...PAYMENT, verdict: 'stale' } }),
  ];
}

export function missing(): Expectation[] {
  return [
    equal(3, { family: 'meshladder_proxy_missing', labels: PAYMENT }),
    equal(3, { family: 'meshladder_expected_proxies', labels: { ...PAYMENT, verdict: 'missing' } }),
  ];
}

/** Since when: kept from STALE on, through missing, until SYNCED. */
export function outOfSyncSince(): Expectation[] {
  return [atLeast(1, { family: 'meshladder_proxy_out_of_sync_since_timestamp_seconds', labels: PAYMENT })];
}

export function streamFailures(lines: number): Expectation[] {
  return [atLeast(lines, { family: 'meshladder_xds_stream_failures_total', labels: PAYMENT, by: 'logs' })];
}

export function synced(proxies: number): Expectation[] {
  return [atLeast(proxies, { family: 'meshladder_expected_proxies', labels: { ...PAYMENT, verdict: 'synced' } })];
}

/** All three are back, and nothing of the incident is left. */
export function recovered(): Expectation[] {
  return [
    equal(3, { family: 'meshladder_expected_proxies', labels: { ...PAYMENT, verdict: 'synced' } }),
    none({ family: 'meshladder_proxy_missing', labels: PAYMENT }),
    none({ family: 'meshladder_proxies', labels: { ...PAYMENT, state: 'STALE' } }),
    none({ family: 'meshladder_proxy_out_of_sync_since_timestamp_seconds', labels: PAYMENT }),
  ];
}

const TRAFFIC = { workload: 'checkout-v1', destination: 'payment-svc.payment.svc.cluster.local' };

/** Requests to a subset of payment-svc, since the incident began. */
export function canaryTraffic(subset: 'v1' | 'v2' = 'v2'): Expectation[] {
  return [atLeast(1, { family: 'meshladder_requests_total', labels: { ...TRAFFIC, subset }, by: 'logs' })];
}

/** Declared and not there: no series of it is above 0. */
export function noCanaryTraffic(): Expectation[] {
  return [none({ family: 'meshladder_requests_total', labels: { ...TRAFFIC, subset: 'v2' }, by: 'logs' })];
}
