const KEPT = '${datasource:queryparam}&${job:queryparam}&${mesh_cluster:queryparam}&${__url_time_range}';

/** From a row with a namespace to the dashboard of that namespace. */
export const NAMESPACE_LINK: string = `/d/meshladder-namespace?var-namespace=\${__data.fields.Namespace}&${KEPT}`;
/** From a row with a namespace and a proxy to the dashboard of that proxy. */
export const PROXY_LINK: string = `/d/meshladder-proxy?var-namespace=\${__data.fields.Namespace}&var-proxy=\${__data.fields.Proxy}&${KEPT}`;
