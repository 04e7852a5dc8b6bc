const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** Alerts of ours that fire; some are about the mesh, some about the exporter, which has none. */
export const FIRING = 'ALERTS{alertstate="firing",alertname=~"Istio.*|Meshladder.*",mesh_cluster=~"$mesh_cluster|"}';

/** What is drawn over every panel: what fired, and when istiod sent new configuration. */
export function annotations(): readonly object[] {
  return [
    annotation({
      name: 'Alerts',
      iconColor: 'orange',
      expr: FIRING,
      titleFormat: '{{alertname}}',
      textFormat: '{{proxy_namespace}} {{workload}} {{destination}}',
      tagKeys: 'severity',
    }),
    // istiod's own counter, where it is scraped, be it once a minute. CDS goes out with every full push; EDS with every pod.
    annotation({
      name: 'Pushes of configuration',
      iconColor: 'blue',
      expr: 'sum(increase(pilot_xds_pushes{type="cds"}[2m])) > 0',
      titleFormat: 'istiod pushed configuration',
      textFormat: '',
      tagKeys: '',
    }),
  ];
}

interface Annotation {
  readonly name: string;
  readonly iconColor: string;
  readonly expr: string;
  readonly titleFormat: string;
  readonly textFormat: string;
  /** Labels, with commas. */
  readonly tagKeys: string;
}

function annotation(of: Annotation): object {
  return { ...of, datasource: DATASOURCE, enable: true, hide: false, step: '60s', useValueForTime: false };
}
