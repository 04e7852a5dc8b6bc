import type { Config } from './config.ts';
import { bytes, count, duration, type Fields, flag, list, oneOf, optionalText, text } from './field.ts';
import { REMOTE_CONTEXT_FORM } from './remote-context.ts';
import { NAME, PATH } from './text-rules.ts';

/* The sections that say where what is known of a mesh comes from. */

export const istiod: Fields<Config['istiod']> = {
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

export const kubernetes: Fields<Config['kubernetes']> = {
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
    'Watch only these namespaces (the root namespace always). Empty: all, which needs cluster-wide rights. Confines what is read of Kubernetes alone: istiods tell the states of all their proxies all the same.',
  ),
};

export const remoteClusters: Fields<Config['remoteClusters']> = {
  contexts: list(
    'ID=CONTEXT, or a context that is called as its cluster',
    REMOTE_CONTEXT_FORM,
    "Contexts of the kubeconfig whose clusters are watched too, each under an id of its own (`mesh_cluster`): Istio's cluster id, where the clusters are one mesh (docs/multi-cluster.md).",
  ),
  kubeconfig: optionalText(
    'a path',
    'The kubeconfig file of these contexts; by default the one of `kubernetes.kubeconfig`, or what kubectl would read.',
  ),
  secrets: flag(
    false,
    "Also watch every cluster that istiod knows by a remote secret (`istioctl create-remote-secret`), under its cluster id, as they come and go. Needs the right to list the Secrets of Istio's root namespace, mostly the key of Istio's authority among them (docs/security.md).",
  ),
  portForward: flag(
    false,
    'Ask the istiods of those clusters that have some of their own, through their API servers: there is no other way to them. Needs the right to forward ports to them.',
  ),
};

export const accessLog: Fields<Config['accessLog']> = {
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

export const inspect: Fields<Config['inspect']> = {
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

export const prometheus: Fields<Config['prometheus']> = {
  url: optionalText(
    'an http:// or https:// URL',
    'The Prometheus that scrapes this exporter and its agents. Asked at start since when proxies are out of sync and findings of analysis stand, where `history.file` does not tell; by role `central` also what agents have counted, for `check` and the page.',
    /^https?:\/\/[^\s@?#]+$/,
  ),
  tokenFile: optionalText('a path', 'Bearer token for Prometheus.'),
  timeout: duration('10s', 'How long Prometheus may take to answer.'),
  interval: duration('30s', 'How often role `central` asks what agents have counted.'),
};
