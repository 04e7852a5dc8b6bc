/** What the poll of an istiod came to; every other reason of a failure counts as `invalid`. */
export const POLL_STATES = ['ok', 'denied', 'timeout', 'refused', 'tls', 'invalid'] as const;
export type PollState = (typeof POLL_STATES)[number];

/** What this rung tells. */
export const FAMILIES = {
  sourceUp: {
    name: 'meshladder_source_up',
    help: 'Whether the last poll of this source got at least one usable answer; for each istiod see meshladder_istiod_poll_state.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'source'],
    of: 'exporter',
    fold: 'max',
  },
  sourceLastSuccess: {
    name: 'meshladder_source_last_success_timestamp_seconds',
    help: 'When this source last got a usable answer.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'source'],
    of: 'exporter',
    fold: 'min',
  },
  sourcePolls: {
    name: 'meshladder_source_polls_total',
    help: 'Polls of this source, good or bad; for the Kubernetes API, lists and watches.',
    type: 'counter',
    stability: 'stable',
    labels: ['mesh_cluster', 'source'],
    of: 'exporter',
  },
  sourceErrors: {
    name: 'meshladder_source_errors_total',
    help: 'Errors of this source by reason; one poll may have several.',
    type: 'counter',
    stability: 'stable',
    labels: ['mesh_cluster', 'source', 'reason'],
    of: 'exporter',
  },
  istiods: {
    name: 'meshladder_istiods',
    help: 'Number of istiod pods (or fixed URLs) found for the last poll; 0 when there are none.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster'],
  },
  istiodInfo: {
    name: 'meshladder_istiod_info',
    help: 'An istiod as of the last poll, its version and how it is asked; always 1.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'istiod', 'revision', 'istio_version', 'access'],
    fold: 'max',
  },
  istiodPollState: {
    name: 'meshladder_istiod_poll_state',
    help: 'What the last poll of an istiod came to: 1 for that state, 0 for the others.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'istiod', 'revision', 'state'],
    fold: 'max',
  },
  istiodProxies: {
    name: 'meshladder_istiod_proxies',
    help: 'Proxies connected to an istiod as of the last poll, by their worst state over xDS types; UNKNOWN while it cannot be asked, and then no zeros.',
    type: 'gauge',
    stability: 'stable',
    labels: ['mesh_cluster', 'istiod', 'revision', 'state'],
  },
} as const;
