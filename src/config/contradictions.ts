import type { Config } from './config.ts';
import { nearest } from './problem.ts';
import { readRemoteContext } from './remote-context.ts';
import { formatDuration } from './units.ts';

/** Two keys that cannot both be meant; `path` is the one to change. */
export interface Contradiction {
  readonly path: readonly string[];
  readonly message: string;
}

type Rule = (config: Config) => Contradiction | undefined | false;

/** What the server answers beside metrics. */
const OWN_PATHS = /^\/($|-\/|about$|api(\/|$)|page(\/|$)|runbooks(\/|$)|readyz$|livez$|healthz$)/;

const RULES: readonly Rule[] = [
  ({ istiod }) =>
    istiod.discovery === 'static' &&
    istiod.urls.length === 0 && {
      path: ['istiod', 'urls'],
      message: 'empty, but istiod.discovery is static; name at least one istiod, as in http://127.0.0.1:15014',
    },
  ({ istiod }) =>
    istiod.discovery === 'kubernetes' &&
    istiod.urls.length > 0 && {
      path: ['istiod', 'urls'],
      message: 'only read with istiod.discovery: static; set that, or remove the urls',
    },
  ({ istiod }) => {
    const bases = istiod.urls.map((url) => url.replace(/\/$/, ''));
    const twice = bases.find((url, nth) => bases.indexOf(url) !== nth);
    return twice !== undefined && { path: ['istiod', 'urls'], message: `${twice} stands twice; remove one` };
  },
  ({ role, istiod }) =>
    role !== 'agent' &&
    istiod.access === 'xds' &&
    istiod.caFile === undefined && {
      path: ['istiod', 'caFile'],
      message: 'missing, but istiod.access is xds; mount the ConfigMap istio-ca-root-cert and name its root-cert.pem',
    },
  ({ role, istiod }) =>
    role !== 'agent' &&
    istiod.access === 'xds' &&
    istiod.tokenFile === undefined && {
      path: ['istiod', 'tokenFile'],
      message: 'missing, but istiod.access is xds; mount a projected service-account token with audience istio-ca',
    },
  ({ web }) =>
    OWN_PATHS.test(web.telemetryPath) && {
      path: ['web', 'telemetryPath'],
      message: `${web.telemetryPath} is a path of the page or the API; give another one, as in /metrics`,
    },
  ({ role, kubernetes, web }) =>
    web.auth === 'kubernetes' &&
    (role === 'agent' || kubernetes.mode === 'off') && {
      path: ['web', 'auth'],
      message: `kubernetes, but ${role === 'agent' ? 'role is agent, which does without the Kubernetes API' : 'kubernetes.mode is off'}; use web.configFile`,
    },
  ({ web }) =>
    web.auth === 'none' &&
    web.authAudiences.length > 0 && {
      path: ['web', 'authAudiences'],
      message: 'only read with web.auth: kubernetes; set that, or remove them',
    },
  ({ istiod }) =>
    istiod.fastInterval > istiod.interval && {
      path: ['istiod', 'fastInterval'],
      message: `slower than istiod.interval (${formatDuration(istiod.interval)}); make it shorter`,
    },
  ({ istiod, metrics }) =>
    metrics.staleAfter < 2 * istiod.interval && {
      path: ['metrics', 'staleAfter'],
      message: `below twice istiod.interval (${formatDuration(istiod.interval)}), so one late poll would hide the mesh; make it longer`,
    },
  ({ role, istiod, kubernetes }) =>
    role !== 'agent' &&
    kubernetes.mode === 'off' &&
    istiod.discovery === 'kubernetes' && {
      path: ['kubernetes', 'mode'],
      message: 'off, but istiod.discovery is kubernetes; turn it on, or name istiods with istiod.discovery: static',
    },
  ({ role, accessLog, kubernetes }) =>
    role === 'all' &&
    kubernetes.mode === 'off' &&
    accessLog.mode === 'api' && {
      path: ['accessLog', 'mode'],
      message: 'api, but kubernetes.mode is off; use files or off',
    },
  ({ role, accessLog }) =>
    role === 'agent' &&
    accessLog.mode !== 'files' && {
      path: ['accessLog', 'mode'],
      message: `${accessLog.mode}, but role is agent, which only reads files; use files, or another role`,
    },
  ({ role, kubernetes, remoteClusters: { contexts, secrets } }) =>
    (contexts.length > 0 || secrets) &&
    (role === 'agent' || kubernetes.mode === 'off') && {
      path: ['remoteClusters', secrets ? 'secrets' : 'contexts'],
      message: `given, but ${role === 'agent' ? 'role is agent, which only reads the logs of its node; leave them to the central one' : 'kubernetes.mode is off, and clusters are watched through their Kubernetes APIs; turn that on'}`,
    },
  ({ kubernetes, remoteClusters }) =>
    remoteClusters.contexts.length > 0 &&
    kubernetes.mode === 'in-cluster' &&
    remoteClusters.kubeconfig === undefined && {
      path: ['remoteClusters', 'kubeconfig'],
      message:
        'missing, but kubernetes.mode is in-cluster, and contexts stand in a kubeconfig; mount one and name it here',
    },
  ({ remoteClusters: { contexts, secrets, portForward } }) =>
    portForward &&
    contexts.length === 0 &&
    !secrets && {
      path: ['remoteClusters', 'portForward'],
      message: 'true, but no other cluster is watched; set remoteClusters.secrets or contexts, or remove it',
    },
  ({ cluster, remoteClusters: { contexts } }) => {
    const ids = [cluster.id, ...contexts.map((text) => readRemoteContext(text).id)];
    const twice = ids.find((id, nth) => ids.indexOf(id) !== nth);
    return (
      twice !== undefined && {
        path: ['remoteClusters', 'contexts'],
        message: `two clusters are called ${twice}${twice === cluster.id ? ', one of them by cluster.id' : ''}, and their metrics could not be told apart; write ID=CONTEXT with another id`,
      }
    );
  },
  ({ role, inspect }) =>
    role === 'agent' &&
    inspect.enabled && {
      path: ['inspect', 'enabled'],
      message: 'true, but role is agent, which only reads the logs of its node; leave it to the central one',
    },
  ({ role, inspect, kubernetes }) =>
    role !== 'agent' &&
    kubernetes.mode === 'off' &&
    inspect.enabled && {
      path: ['inspect', 'enabled'],
      message: 'true, but kubernetes.mode is off, and Envoys are reached through the Kubernetes API; turn that on',
    },
  ({ kubernetes }) =>
    kubernetes.mode === 'in-cluster' &&
    (kubernetes.kubeconfig ?? kubernetes.context) !== undefined && {
      path: ['kubernetes', kubernetes.kubeconfig === undefined ? 'context' : 'kubeconfig'],
      message: 'not read with kubernetes.mode: in-cluster; remove it, or use kubeconfig',
    },
  ({ role, leaderElection }) =>
    role === 'agent' &&
    leaderElection.enabled && {
      path: ['leaderElection', 'enabled'],
      message: 'true, but role is agent, of which every node has its own; leave it to the central ones',
    },
  ({ role, leaderElection, kubernetes }) =>
    role !== 'agent' &&
    kubernetes.mode === 'off' &&
    leaderElection.enabled && {
      path: ['leaderElection', 'enabled'],
      message: 'true, but kubernetes.mode is off, and the Lease is an object of the Kubernetes API; turn that on',
    },
  ({ leaderElection: { leaseDuration } }) =>
    leaseDuration % 1000 !== 0 && {
      path: ['leaderElection', 'leaseDuration'],
      message: `${formatDuration(leaseDuration)}, but a Lease counts whole seconds; write one of them, as in 15s`,
    },
  ({ leaderElection: { leaseDuration, renewDeadline } }) =>
    renewDeadline >= leaseDuration && {
      path: ['leaderElection', 'renewDeadline'],
      message: `not below leaderElection.leaseDuration (${formatDuration(leaseDuration)}), so two could lead at once; make it shorter`,
    },
  ({ leaderElection: { renewDeadline, retryPeriod } }) =>
    renewDeadline < 2 * retryPeriod && {
      path: ['leaderElection', 'renewDeadline'],
      message: `below twice leaderElection.retryPeriod (${formatDuration(retryPeriod)}), so one late answer would cost the lead; make it longer`,
    },
  ({ shard: { index, count } }) =>
    index !== 'auto' &&
    index >= count && {
      path: ['shard', 'index'],
      message: `${index}, but shards are counted from 0 and shard.count is ${count}; write a number below that`,
    },
  ({ role, shard }) =>
    role === 'agent' &&
    shard.count > 1 && {
      path: ['shard', 'count'],
      message: `${shard.count}, but role is agent, whose share is its node; leave it to the central ones`,
    },
];

/** What no key shows by itself. `families`: the names that `metrics.maxSeries` may hold. */
export function contradictions(config: Config, families: readonly string[]): Contradiction[] {
  const found = RULES.map((rule) => rule(config)).filter((one) => typeof one === 'object');
  return [...found, ...unknownFamilies(config, families)];
}

function unknownFamilies({ metrics }: Config, families: readonly string[]): Contradiction[] {
  const unknown = Object.keys(metrics.maxSeries).filter((name) => name !== 'default' && !families.includes(name));
  return unknown.map((name) => {
    const meant = nearest(name, families);
    return {
      path: ['metrics', 'maxSeries', name],
      message: `no metric family has this name; ${meant === undefined ? 'see docs/metrics.md' : `did you mean ${meant}?`}`,
    };
  });
}
