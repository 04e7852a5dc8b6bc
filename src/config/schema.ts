import { z } from 'zod';
import { SUPPRESSION_FORM } from '../model/suppression.ts';
import { type Config, ROLES } from './config.ts';
import {
  bytes,
  count,
  duration,
  type Field,
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

/** A Kubernetes object name. */
const NAME = {
  pattern: /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/,
  kind: 'a name of lower-case letters, digits, - and .',
};
const PATH = { pattern: /^\//, kind: 'an absolute path' };

type Fields<T> = { readonly [K in keyof T]: Field<T[K]> };

const istiod: Fields<Config['istiod']> = {
  discovery: oneOf(
    ['kubernetes', 'static'],
    'kubernetes',
    'How istiods are found: every istiod pod of every revision by the Kubernetes API, or the fixed `urls`.',
  ),
  urls: list(
    'an http:// or https:// URL without a path',
    /^https?:\/\/[^\s/@?#]+(:\d+)?\/?$/,
    'Addresses of istiods for `discovery: static`, without a path, as in `http://127.0.0.1:15014`.',
  ),
  access: oneOf(
    ['auto', 'http', 'xds'],
    'auto',
    'How an istiod is asked: `http` is its debug port; `xds` is the port of its proxies, over TLS, with `tokenFile` and `caFile`; `auto` takes HTTP and, with a `caFile`, xDS where HTTP is off, blocked or denied.',
  ),
  caFile: optionalText(
    'a path',
    "The authority that signs istiod's certificate, for xDS, read again for each poll: key `root-cert.pem` of the ConfigMap `istio-ca-root-cert`, which Istio puts into every namespace.",
  ),
  serverName: optionalText(
    'a name of lower-case letters, digits, - and .',
    "The name that istiod's certificate must hold, for xDS. By default `istiod.NAMESPACE.svc` of the pod, which istiods of every revision have.",
    NAME.pattern,
  ),
  xdsPort: count(15012, 'The port for xDS of istiods whose pods name no port `tls-xds`.'),
  interval: duration('10s', 'How often every istiod is polled.'),
  fastInterval: duration(
    '3s',
    'How often while a proxy is unacknowledged or has just vanished: a cut-off proxy is listed as STALE for only some 10 s.',
  ),
  timeout: duration('10s', 'How long one istiod may take for a whole answer.'),
  tokenFile: optionalText(
    'a path',
    'Bearer token for istiod, read again for each poll: a projected service account token with audience `istio-ca` in the root namespace.',
  ),
  rootNamespace: text('istio-system', "Istio's root namespace, where istiod pods are looked for.", NAME),
  maxBytes: bytes('128MiB', 'An answer larger than this is given up: an istiod must not fill the memory.'),
};

const kubernetes: Fields<Config['kubernetes']> = {
  mode: oneOf(
    ['auto', 'in-cluster', 'kubeconfig', 'off'],
    'auto',
    'Where credentials come from; `auto` takes the service account inside a pod, else the kubeconfig.',
  ),
  kubeconfig: optionalText('a path', 'The kubeconfig file; by default what kubectl would read.'),
  context: optionalText('text', 'The context of the kubeconfig; by default its current one.'),
  namespaces: list(
    'a namespace name',
    NAME.pattern,
    'Watch only these namespaces (the root namespace always). Empty: all, which needs cluster-wide rights.',
  ),
};

const accessLog: Fields<Config['accessLog']> = {
  mode: oneOf(
    ['files', 'api', 'off'],
    'files',
    "Where the sidecars' logs are read: files under `root` on a node, the Kubernetes log API (small meshes), or not at all.",
  ),
  root: text('/var/log/pods', 'The folder of pod logs on a node.', PATH),
  container: text('istio-proxy', "The proxy's container.", NAME),
  format: text(
    'auto',
    "The access-log format: `auto` (Istio's default text and JSON, told apart line by line), `text`, `json`, or an `accessLogFormat` as in meshConfig.",
  ),
  checkpointDir: optionalText(
    'a path',
    'A folder that survives restarts, for offsets and tallies. Without it a restart begins at the end of each file and counts what it skipped.',
  ),
  maxStreams: count(50, 'How many logs `mode: api` follows at once; the others are counted as not followed.'),
};

const inspect: Fields<Config['inspect']> = {
  enabled: flag(
    false,
    'Look into running Envoys, by their admin ports forwarded through the Kubernetes API: what they hold, against what istiod would send and against each other, and loggers left on. Needs a right that lets one change those Envoys too (docs/permissions.md).',
  ),
  proxiesPerMinute: count(
    6,
    'The most looks begun in any minute, evenly spread. Each is three short connections through the API server and one question to an istiod. Proxies that are out of sync, rejected or found to differ come first.',
  ),
  concurrency: count(2, 'The most looks at the same time, never two into one proxy.'),
  interval: duration('1m', 'The same proxy is not looked into more often, unless a person asks for its diff.'),
  askIstiod: flag(
    true,
    'Also ask the istiod that holds the proxy what it would send (`/debug/config_dump`), one question at a time. Without it, proxies are compared only with their replicas.',
  ),
  timeout: duration('10s', 'How long one look may take, and how long an istiod may take to answer.'),
  maxBytes: bytes(
    '32MiB',
    'An answer larger than this is given up; proxies of 10,000 services give some 50 MiB. While one is read it takes some ten times its size in memory, and as much again where istiod is asked: raise the memory limit of the container with it.',
  ),
};

const prometheus: Fields<Config['prometheus']> = {
  url: optionalText(
    'an http:// or https:// URL',
    'The Prometheus that scrapes this exporter and its agents. Asked at start since when proxies are out of sync and findings of analysis stand, where `history.file` does not tell; by role `central` also what agents have counted, for `check` and the page.',
    /^https?:\/\/[^\s@?#]+$/,
  ),
  tokenFile: optionalText('a path', 'Bearer token for Prometheus.'),
  timeout: duration('10s', 'How long Prometheus may take to answer.'),
  interval: duration('30s', 'How often role `central` asks what agents have counted.'),
};

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
    "TLS, client certificates, passwords, headers and a rate limit, in the form of Prometheus' exporter-toolkit (docs/security.md). Looked at again when somebody asks: no restart.",
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
    id: text('Kubernetes', "Istio's cluster id of this cluster (`mesh_cluster`), where istiod does not say."),
  },
  istiod,
  kubernetes,
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
