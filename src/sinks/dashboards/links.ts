import { RUNBOOK_BASE } from '../alerts/rule-files.ts';

/** A way on, from a panel or a cell. */
export interface Link {
  readonly title: string;
  /** A path in Grafana, or the address of the exporter's page; `${__data.fields.X}` are fields of the row. */
  readonly url: string;
  /** Leaves Grafana. */
  readonly leaves?: boolean;
}

/** Where the exporter is as a browser reaches it; the reader sets it above the dashboard. */
export const EXPORTER_URL: { readonly variable: string; readonly usual: string } = {
  variable: 'meshladder',
  usual: new URL(RUNBOOK_BASE).origin,
};

const EXPORTER = `\${${EXPORTER_URL.variable}:raw}`;
const KEPT = `\${datasource:queryparam}&\${job:queryparam}&\${mesh_cluster:queryparam}&var-${EXPORTER_URL.variable}=\${${EXPORTER_URL.variable}:percentencode}&\${__url_time_range}`;

/** The exporter's own page. */
export const PAGE_LINK: Link = { title: 'Page of meshladder', url: `${EXPORTER}/`, leaves: true };

/** To another dashboard, narrowed as this one is. */
export function dashboardLink(uid: string, title: string): Link {
  return { title: `Dashboard: ${title}`, url: `/d/${uid}?\${namespace:queryparam}&${KEPT}` };
}

/** From a row with a namespace to the dashboard of that namespace. */
export const NAMESPACE_LINK: Link = {
  title: 'Look at the namespace',
  url: `/d/meshladder-namespace?var-namespace=\${__data.fields.Namespace}&${KEPT}`,
};

/** From a row with a namespace and a proxy to the dashboard of that proxy. */
export const PROXY_LINK: Link = {
  title: 'Look at the proxy',
  url: `/d/meshladder-proxy?var-namespace=\${__data.fields.Namespace}&var-proxy=\${__data.fields.Proxy}&${KEPT}`,
};

/** The same, to what the exporter's page says of it: verdict, evidence and the next command. */
export const PROXY_PAGE_LINK: Link = {
  title: 'Page of meshladder',
  url: `${EXPORTER}/#/proxy/\${__data.fields.Namespace}/\${__data.fields.Proxy}`,
  leaves: true,
};

/** From a row with a destination to how its traffic splits. */
export const ROUTES_LINK: Link = {
  title: 'Look at its routes',
  url: `/d/meshladder-routes?var-destination=\${__data.fields.To}&${KEPT}`,
};

/** From a row with a flag to what it means and what to check first. */
export const DECODER_LINK: Link = {
  title: 'What it means',
  url: `${EXPORTER}/#/flags?text=\${__data.fields.Flag}`,
  leaves: true,
};

/** From a row with an alert to its runbook. */
export const RUNBOOK_LINK: Link = runbookLink('${__data.fields.Alert}', 'What to do');

/** The runbook of an alert, as the exporter serves it. */
export function runbookLink(alert: string, title = `Runbook: ${alert}`): Link {
  return { title, url: `${EXPORTER}/runbooks/${alert}`, leaves: true };
}
