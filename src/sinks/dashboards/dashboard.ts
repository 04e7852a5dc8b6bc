import type { GeneratedPage } from '../docs/document.ts';
import type { Panel } from './panel.ts';
import { panelJson } from './panel-json.ts';

/** Panels under a heading. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** What a dashboard can be narrowed to, beside data source, job and mesh. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** `label_values(FAMILY{…}, LABEL)`. */
  readonly query: string;
  /** One value and not many. */
  readonly single?: true;
}

export interface Dashboard {
  /** Also the file's name. Stable: links lead to it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly sections: readonly Section[];
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;
const TAGS = ['istio', 'meshladder'];

/** A file that Grafana 10 to 13 takes as it is. */
export function dashboardFile(dashboard: Dashboard): GeneratedPage {
  const { uid, title, description, variables, sections } = dashboard;
  const document = {
    uid,
    title,
    description,
    tags: TAGS,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    schemaVersion: 39,
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    links: [
      {
        type: 'dashboards',
        title: 'meshladder',
        tags: ['meshladder'],
        asDropdown: true,
        includeVars: true,
        keepTime: true,
        icon: 'external link',
        targetBlank: false,
        tooltip: '',
        url: '',
      },
    ],
    annotations: { list: [alertAnnotation()] },
    templating: { list: [datasourceVariable(), ...[JOB, MESH, ...variables].map(queryVariable)] },
    panels: placed(sections),
  };
  return { path: `dashboards/${uid}.json`, text: `${JSON.stringify(document, undefined, 2)}\n` };
}

const JOB: Variable = { name: 'job', label: 'Job', query: 'label_values(meshladder_build_info, job)' };
const MESH: Variable = {
  name: 'mesh_cluster',
  label: 'Mesh',
  query: 'label_values(meshladder_source_up{job=~"$job"}, mesh_cluster)',
};

function datasourceVariable(): object {
  return {
    type: 'datasource',
    name: 'datasource',
    label: 'Data source',
    query: 'prometheus',
    refresh: 1,
    hide: 0,
    includeAll: false,
    multi: false,
    options: [],
    regex: '',
    current: {},
  };
}

function queryVariable({ name, label, query, single }: Variable): object {
  const many = single !== true;
  return {
    type: 'query',
    name,
    label,
    datasource: DATASOURCE,
    query: { query, refId: name },
    definition: query,
    refresh: 2,
    sort: 1,
    hide: 0,
    regex: '',
    options: [],
    multi: many,
    includeAll: many,
    ...(many && { allValue: '.+' }),
    current: many ? { text: 'All', value: '$__all' } : {},
  };
}

/** What fired, over every panel. */
function alertAnnotation(): object {
  return {
    name: 'Alerts',
    datasource: DATASOURCE,
    enable: true,
    hide: false,
    iconColor: 'orange',
    expr: 'ALERTS{alertstate="firing",alertname=~"Istio.*|Istiod.*|Meshladder.*"}',
    step: '60s',
    titleFormat: '{{alertname}}',
    textFormat: '{{proxy_namespace}} {{workload}} {{destination}}',
    tagKeys: 'severity',
    useValueForTime: false,
  };
}

/** From left to right and downwards; what does not fit beside another stands below. Ids are by place: links hold. */
function placed(sections: readonly Section[]): readonly object[] {
  const panels: object[] = [];
  let y = 0;
  for (const [nth, { title, panels: members }] of sections.entries()) {
    const base = (nth + 1) * 100;
    panels.push({
      id: base,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const [place, panel] of members.entries()) {
      if (x + panel.width > COLUMNS) {
        x = 0;
        y += tallest;
        tallest = 0;
      }
      panels.push(panelJson(panel, base + place + 1, { x, y }));
      x += panel.width;
      tallest = Math.max(tallest, panel.height);
    }
    y += tallest;
  }
  return panels;
}
