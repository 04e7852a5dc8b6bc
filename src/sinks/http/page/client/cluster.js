// @ts-check
import { h } from './dom.js';

/** @import { StatusDocument } from '../../status-document.ts' */
/** @import { Child } from './dom.js' */

/** The cluster that the reader looks at, `?cluster=ID` in front of the `#`; without it, the one at home. */
const CLUSTER = new URLSearchParams(globalThis.location?.search ?? '').get('cluster') ?? '';

/** What is the same for all clusters. */
const OF_ALL = new Set(['api/v1/status', 'page/response-flags.json', 'page/runbooks.json']);

/**
 * @param {string} path of the server, or its address
 * @param {string} [cluster]
 */
export function ofCluster(path, cluster = CLUSTER) {
  if (cluster === '' || OF_ALL.has(path)) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ cluster })}`;
}

/**
 * How the exporter fares where this cluster is concerned.
 * @param {StatusDocument | undefined} status
 * @param {string} [id]
 * @returns {StatusDocument | undefined}
 */
export function statusOfCluster(status, id = CLUSTER) {
  const remote = status?.remote_clusters.find(({ cluster }) => cluster === id);
  return status && remote ? { ...status, ...remote } : status;
}

/**
 * What who copies a command must know where it is of another cluster.
 * @param {StatusDocument | undefined} status
 * @returns {Child}
 */
export function clusterHint(status) {
  if (CLUSTER === '' || status === undefined || CLUSTER === status.cluster) return null;
  return h('p', { class: 'hint' }, `Commands that ask Kubernetes need a kubeconfig of ${CLUSTER}, or --context.`);
}

/**
 * The same page of each cluster; nothing where there is but one.
 * @param {StatusDocument | undefined} status
 * @param {string} hash of the page
 * @returns {Child}
 */
export function clusterLinks(status, hash) {
  if (status === undefined || status.remote_clusters.length === 0) return null;
  const ids = [status.cluster, ...status.remote_clusters.map(({ cluster }) => cluster)];
  const shown = CLUSTER || status.cluster;
  return h(
    'ul',
    { 'aria-label': 'Clusters', class: 'clusters' },
    h('li', { class: 'label', 'aria-hidden': 'true' }, 'Cluster'),
    ids.map((id) => {
      const query = id === status.cluster ? '' : `${new URLSearchParams({ cluster: id })}`;
      return h('li', {}, h('a', { href: `?${query}${hash}`, 'aria-current': id === shown && 'true' }, id));
    }),
  );
}
