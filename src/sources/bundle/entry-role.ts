/** What a file of a bundle is, told from its path alone. */
export type EntryRole =
  /** Kubernetes objects; `list` where `istioctl bug-report` wrote it, which tells what was asked for. */
  | { readonly kind: 'objects'; readonly list?: ObjectList }
  | { readonly kind: 'syncz'; readonly pod: SavedPod }
  | { readonly kind: 'envoy'; readonly part: 'config_dump' | 'clusters' | 'logging'; readonly pod?: SavedPod }
  | { readonly kind: 'proxy_log'; readonly pod: SavedPod }
  | { readonly kind: 'analysis' }
  | { readonly kind: 'versions' };

export type ObjectList = 'resources' | 'cluster_resources' | 'custom_resources';

export interface SavedPod {
  /** `""` where the path does not tell. */
  readonly namespace: string;
  readonly name: string;
}

/**
 * Paths as `istioctl bug-report` writes them (Istio tools/bug-report/pkg/archive/archive.go), below any folder.
 * `cluster/secrets` is not among them: nothing here wants secrets.
 */
const REPORT: readonly (readonly [RegExp, (groups: readonly string[]) => EntryRole])[] = [
  [/(?:^|\/)cluster\/k8s-resources$/, () => ({ kind: 'objects', list: 'resources' })],
  [/(?:^|\/)cluster\/k8s-cluster-resources$/, () => ({ kind: 'objects', list: 'cluster_resources' })],
  [/(?:^|\/)cluster\/crs$/, () => ({ kind: 'objects', list: 'custom_resources' })],
  [/(?:^|\/)istio\/([^/]+)\/([^/]+)\/debug\/syncz$/, (at) => ({ kind: 'syncz', pod: podOf(at) })],
  [/(?:^|\/)proxies\/([^/]+)\/([^/]+)\/istio-proxy\.log$/, (at) => ({ kind: 'proxy_log', pod: podOf(at) })],
  [
    /(?:^|\/)proxies\/([^/]+)\/([^/]+)\/config_dump(?:\?[^/]*)?$/,
    (at) => ({ kind: 'envoy', part: 'config_dump', pod: podOf(at) }),
  ],
  [
    /(?:^|\/)proxies\/([^/]+)\/([^/]+)\/clusters(?:\?[^/]*)?$/,
    (at) => ({ kind: 'envoy', part: 'clusters', pod: podOf(at) }),
  ],
  [/(?:^|\/)proxies\/([^/]+)\/([^/]+)\/logging$/, (at) => ({ kind: 'envoy', part: 'logging', pod: podOf(at) })],
  [/(?:^|\/)analyze\/[^/]+\/[^/]+$/, () => ({ kind: 'analysis' })],
  [/^(?:[^/]+\/)?versions$/, () => ({ kind: 'versions' })],
];

/** Everything else that stands in such a report, and tells the ladder nothing; and logs of istiod, wherever they lie. */
const REPORT_REST =
  /(?:^|\/)(?:istiod|discovery)[^/]*\.log$|(?:^|\/)(?:cluster|istio|proxies|operator|ztunnel|cni)\/|(?:^|\/)bug-report\.log$/;

/** Loose dumps, as people save them: the folder or the name tells whose they are. */
const LOOSE: readonly (readonly [RegExp, (path: string) => EntryRole])[] = [
  [/(?:^|[/.])syncz(?:\.[^/]*)?$/, (path) => ({ kind: 'syncz', pod: { namespace: '', name: path } })],
  [/(?:^|[/.])config_dump[^/]*$/, (path) => ({ kind: 'envoy', part: 'config_dump', ...podInPath(path) })],
  [/(?:^|[/.])clusters\.(?:json|txt)$/, (path) => ({ kind: 'envoy', part: 'clusters', ...podInPath(path) })],
  [/(?:^|[/.])logging\.(?:json|txt)$/, (path) => ({ kind: 'envoy', part: 'logging', ...podInPath(path) })],
  [/\.log$/, (path) => ({ kind: 'proxy_log', pod: podInPath(path).pod ?? { namespace: '', name: nameOf(path) } })],
  [/\.(?:ya?ml|json)$/, () => ({ kind: 'objects' })],
];

/** Undefined for what tells the ladder nothing. */
export function roleOf(path: string): EntryRole | undefined {
  for (const [pattern, make] of REPORT) {
    const match = pattern.exec(path);
    if (match !== null) return make(match.slice(1));
  }
  if (REPORT_REST.test(path)) return undefined;
  return LOOSE.find(([pattern]) => pattern.test(path))?.[1](path);
}

function podOf([namespace = '', name = '']: readonly string[]): SavedPod {
  return { namespace, name };
}

/** `…/NS_POD_UID/istio-proxy/0.log` as on a node, `…/POD.NAMESPACE/…` or `…/POD.NAMESPACE.log`. */
const NODE_LOG = /(?:^|\/)([a-z0-9-]+)_([a-z0-9.-]+)_[0-9a-f-]+\/[^/]+\/[^/]+$/;
const POD_FOLDER = /(?:^|\/)([a-z0-9][a-z0-9.-]*)\.([a-z0-9-]+)\/[^/]+$/;
const POD_FILE = /(?:^|\/)([a-z0-9][a-z0-9.-]*)\.([a-z0-9-]+)\.(?:log|json|txt)$/;

function podInPath(path: string): { readonly pod?: SavedPod } {
  const [, nodeNamespace, nodeName] = NODE_LOG.exec(path) ?? [];
  if (nodeNamespace !== undefined && nodeName !== undefined)
    return { pod: { namespace: nodeNamespace, name: nodeName } };
  const [, name, namespace] = POD_FOLDER.exec(path) ?? POD_FILE.exec(path) ?? [];
  if (name === undefined || namespace === undefined || namespace === 'istio-proxy') return {};
  return { pod: { namespace, name } };
}

/** `checkout-v1-5c7d8e9f6b-qw4rt` of `logs/checkout-v1-5c7d8e9f6b-qw4rt.istio-proxy.log`. */
function nameOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.replace(/\.log$/, '').replace(/\.(istio-proxy|access)$/, '');
}
