import { z } from 'zod';
import { SUPPRESSION_FORM } from '../model/suppression.ts';
import { type Config, ROLES } from './config.ts';
import {
  count,
  duration,
  type Field,
  type Fields,
  flag,
  limits,
  list,
  listenAddress,
  oneOf,
  optionalListenAddress,
  optionalText,
  ordinal,
  text,
} from './field.ts';
import { accessLog, inspect, istiod, kubernetes, prometheus, remoteClusters } from './source-sections.ts';
import { NAME } from './text-rules.ts';

const metrics: Fields<Config['metrics']> = {
  proxyDetail: oneOf(
    ['all', 'unsynced', 'off'],
    'all',
    'For which proxies `meshladder_proxy_sync_state` and `meshladder_proxy_info` are exported. Alerts need neither.',
  ),
  maxSeries: limits(
    100_000,
    'The most series a family may have, by family name, `default` for the rest. What is beyond folds into `__other__` and is counted.',
  ),
  missingGrace: duration(
    '30s',
    "How long a new pod's proxy may take to connect, and a new istiod to be connected to, before a proxy is missing.",
  ),
  staleAfter: duration('1m', 'Answers older than this are not repeated as if they were news.'),
};

const analysis: Fields<Config['analysis']> = {
  suppress: list(
    'IST0102 or IST0102=Namespace/legacy, kind/namespace/name with * for anything',
    SUPPRESSION_FORM,
    'Findings that are not told, as with `analyze --suppress`; counted in `/api/v1/findings`.',
  ),
  interval: duration(
    '30s',
    'How often configuration is analysed at most; it is only where something that analyzers look at has changed.',
  ),
};

const leaderElection: Fields<Config['leaderElection']> = {
  enabled: flag(
    false,
    'Run several replicas of which one, holding a Lease, asks istiods and exposes the mesh, while the others stand by with their lists warm (docs/high-availability.md). Needs rights on that Lease (docs/permissions.md).',
  ),
  leaseName: text(
    'meshladder',
    'The name of the Lease. Each shard has its own: with `shard.count` above 1, `-` and its number stand behind the name.',
    NAME,
  ),
  leaseNamespace: optionalText(
    'a namespace name',
    'Where the Lease is; by default the namespace that the pod runs in.',
    NAME.pattern,
  ),
  leaseDuration: duration(
    '15s',
    'So long after the last sign of a leader another may take over. Whole seconds. A leader that dies without a word leaves the mesh unwatched for about as long.',
  ),
  renewDeadline: duration(
    '10s',
    'A leader that could not renew its Lease for so long stops asking and exposing. The time from here to `leaseDuration` keeps two from leading at once.',
  ),
  retryPeriod: duration('2s', 'How often the leader renews its Lease, and the others look whether it is free.'),
};

const shard: Fields<Config['shard']> = {
  index: ordinal(
    0,
    "Which shard this is, counted from 0; `auto` takes the number at the end of the pod's name, as a StatefulSet gives it.",
  ),
  count: count(
    1,
    'Divides what is exposed, looked into and followed among so many exporters, by a hash of the namespace (docs/high-availability.md). The same for all of them.',
  ),
};

const web: Fields<Config['web']> = {
  listenAddress: listenAddress(':19012', 'Where to serve HTTP.'),
  telemetryPath: text('/metrics', 'The path of the metrics.', {
    pattern: /^\/[\w./-]{1,200}$/,
    kind: 'a path of letters, digits, /, ., _ and -',
  }),
  configFile: optionalText(
    'a path',
    "TLS, client certificates, passwords, headers and a rate limit, in the form of Prometheus' exporter-toolkit (docs/security.md). Looked at again every 2 seconds: no restart.",
  ),
  auth: oneOf(
    ['none', 'kubernetes'],
    'none',
    'With `kubernetes`, every request needs a bearer token that the Kubernetes API knows, of somebody whom a role lets `get` its path (`nonResourceURLs`); or a password of `configFile`, where that has some. Needs rights of its own (docs/permissions.md).',
  ),
  authAudiences: list(
    'text',
    /./,
    'Whom a token has to be made for, with `auth: kubernetes`. Empty: the API server, as every token of a service account is by default.',
  ),
  probes: oneOf(
    ['open', 'guarded'],
    'open',
    '`open`: health and readiness are answered to whoever asks, since a kubelet can show neither password nor token of a Secret; they tell no more than which sources have not spoken. `guarded`: like all the rest.',
  ),
  probeAddress: optionalListenAddress(
    'A second address that answers health and readiness alone, in plain HTTP: for kubelets where `configFile` demands client certificates, which they have not.',
  ),
  requestsPerSecond: count(
    50,
    'How often one client may ask, four times that at once; probes are not counted. More is refused with 429.',
  ),
};

/** Keys at the top, outside any section. */
export const TOP: { readonly role: Field<Config['role']> } = {
  role: oneOf(
    [...ROLES],
    'all',
    '`central` asks istiods and watches Kubernetes, `agent` reads the access logs of its node, `all` does both in one process.',
  ),
};

/** Every section and its keys, in the order of the docs. */
export const SECTIONS: { readonly [K in Exclude<keyof Config, 'role'>]: Fields<Config[K]> } = {
  cluster: {
    id: text(
      'Kubernetes',
      "The id of this cluster in all that is told of it (`mesh_cluster`). Write Istio's own cluster id, here and for agents, where clusters are one mesh; istiods that call it otherwise are named in the log.",
    ),
  },
  istiod,
  kubernetes,
  remoteClusters,
  accessLog,
  history: {
    file: optionalText(
      'a path',
      'A file that keeps since when each proxy is out of sync, and since when findings of analysis stand, over restarts.',
    ),
  },
  inspect,
  prometheus,
  metrics,
  analysis,
  leaderElection,
  shard,
  web,
  log: {
    level: oneOf(['debug', 'info', 'warn', 'error'], 'info', 'Lines below this level are not written.'),
    format: oneOf(['logfmt', 'json'], 'logfmt', 'The form of log lines.'),
  },
};

/** The whole file: strict, every key with its default. */
export const configSchema: z.ZodType<Config> = object({
  ...mapValues(TOP, leaf),
  ...mapValues(SECTIONS, section),
}) as z.ZodType<unknown> as z.ZodType<Config>;

function leaf(field: Field<unknown>): z.ZodType {
  return field.fallback === undefined ? field.schema : field.schema.prefault(field.fallback);
}

/** A section without a key below it, as when all are commented out, is empty and no mistake. */
function section(fields: Readonly<Record<string, Field<unknown>>>): z.ZodType {
  return z.preprocess((given) => given ?? {}, object(mapValues(fields, leaf)));
}

function object(shape: Record<string, z.ZodType>): z.ZodType {
  return z.strictObject(shape);
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
