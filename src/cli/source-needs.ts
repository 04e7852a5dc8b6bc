import type { SourceNeeds } from '../sinks/docs/permissions-page.ts';

/** Needs of one source or command, for the page of permissions and for the chart. */
export interface Needs extends SourceNeeds {
  /** As the chart's roles call it; nothing for what the exporter does not do itself, or needs no right for. */
  readonly part?: string;
}

/** What the exporter and its commands need of Kubernetes, asked of the sources themselves. */
export async function sourceNeeds(): Promise<readonly Needs[]> {
  const { KUBERNETES_RBAC } = await import('../sources/kubernetes/kinds.ts');
  const { PORT_FORWARD_NEED } = await import('../sources/kubernetes/port-forward.ts');
  const { leaseNeeds } = await import('../sources/kubernetes/lease/lease-client.ts');
  const { configSchema } = await import('../config/schema.ts');
  const { LOG_API_RBAC } = await import('../sources/access-log/source.ts');
  const { TOKEN_REVIEW_RBAC } = await import('../sources/kubernetes/token-review.ts');
  return [
    {
      source: 'kubernetes',
      part: 'kubernetes',
      when: 'Roles `central` and `all`, unless `kubernetes.mode` is `off`. The istiod source finds istiod pods by the same lists and asks for nothing more.',
      rbac: KUBERNETES_RBAC,
    },
    { source: 'access_log, mode files', when: 'Roles `agent` and `all`.', rbac: [] },
    {
      source: 'access_log, mode api',
      part: 'logApi',
      when: 'Roles `central` and `all`, where `accessLog.mode` is `api`; beside what the kubernetes source needs.',
      rbac: LOG_API_RBAC,
    },
    {
      source: 'envoy',
      part: 'inspect',
      when: 'Roles `central` and `all`, where `inspect.enabled` is true; it is off by default. The exporter only reads, but whoever may forward ports may also change what the admin ports of Envoys let one change, and reach every other port of those pods. Grant it where proxies are that shall be looked into: elsewhere looks are refused, and fewer.',
      rbac: [PORT_FORWARD_NEED],
    },
    {
      source: 'leader election',
      part: 'leaderElection',
      when: 'Roles `central` and `all`, where `leaderElection.enabled` is true. With shards, each has a Lease of its own, whose name ends in `-` and its number.',
      rbac: leaseNeeds(configSchema.parse({}).leaderElection.leaseName),
    },
    ...(await remoteClusterNeeds()),
    {
      source: 'tokens of requests',
      part: 'webAuth',
      when: 'Roles `central` and `all`, where `web.auth` is `kubernetes`; it is off by default. Nothing that is created stays: the API server answers whose a token is and what they may get.',
      rbac: TOKEN_REVIEW_RBAC,
    },
    ...(await commandNeeds()),
  ];
}

/** What it takes to watch other clusters: rights at home, and rights there. */
async function remoteClusterNeeds(): Promise<readonly Needs[]> {
  const { PORT_FORWARD_NEED } = await import('../sources/kubernetes/port-forward.ts');
  const { REMOTE_SECRETS_RBAC } = await import('../sources/kubernetes/remote-secrets/list.ts');
  return [
    {
      source: 'remote secrets',
      part: 'remoteSecrets',
      when: 'Roles `central` and `all`, where `remoteClusters.secrets` is true; it is off by default. What the exporter may do in those clusters is what their kubeconfigs let it; `istioctl create-remote-secret` gives that of istiod, which reads nearly all that the kubernetes source lists. Istio mostly keeps the key of its authority in the same namespace (`istio-ca-secret`, `cacerts`), and this right reads it too: where it may not be given, use `remoteClusters.contexts`.',
      rbac: REMOTE_SECRETS_RBAC,
    },
    {
      source: 'istiods of remote clusters',
      when: 'Roles `central` and `all`, where `remoteClusters.portForward` is true; it is off by default. In each remote cluster, of the account in its kubeconfig (the chart, which installs into one cluster, does not grant it there): beside what the kubernetes source lists, ports of istiods are forwarded, to ask them over HTTP on 15014. Whoever may forward ports there reaches every other port of the pods of that namespace too.',
      rbac: [
        {
          ...PORT_FORWARD_NEED,
          namespace: 'root',
          why: 'speak with the debug port of istiods, which asks for no token there',
        },
      ],
    },
  ];
}

/** What commands ask for, with the rights of whoever calls them. */
async function commandNeeds(): Promise<readonly Needs[]> {
  const { ISTIOD_LOOK_RBAC, LIVE_LOOK_RBAC } = await import('./config-permissions.ts');
  return [
    {
      source: 'commands that look into running proxies',
      when: '`config`, `trace`, `compare` and `diff` without files. Not the exporter: these are the rights of whoever calls them, where the proxies are and, for `diff`, where the istiods are.',
      rbac: LIVE_LOOK_RBAC,
    },
    {
      source: 'commands that ask istiod',
      when: '`status` and `check` with a kubeconfig, and without `--server` or `--url`; these too are the rights of whoever calls them. `check` also lists what the kubernetes source lists, and says of what it may not. Without the right to forward ports, istiods are asked at their pod addresses.',
      rbac: ISTIOD_LOOK_RBAC,
    },
  ];
}
