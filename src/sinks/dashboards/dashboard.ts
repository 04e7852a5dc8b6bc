import type { GeneratedPage } from '../docs/document.ts';
import { annotations } from './annotations.ts';
import { PAGE_LINK } from './links.ts';
import type { Panel } from './panel.ts';
import { panelJson } from './panel-json.ts';
import { type Variable, variableList } from './variables.ts';

/** Panels under a heading. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  /** Also the file's name. Stable: links lead to it. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly sections: readonly Section[];
}

const COLUMNS = 24;
const TAGS = ['istio', 'meshladder'];

/** Above every dashboard: the others, and the page. */
const LINKS: readonly object[] = [
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
  {
    type: 'link',
    title: PAGE_LINK.title,
    tooltip: 'What is wrong now, and what to do next',
    url: PAGE_LINK.url,
    icon: 'doc',
    targetBlank: true,
    asDropdown: false,
    includeVars: false,
    keepTime: false,
    tags: [],
  },
];

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
    links: LINKS,
    annotations: { list: annotations() },
    templating: { list: variableList(variables) },
    panels: placed(sections),
  };
  return { path: `dashboards/${uid}.json`, text: `${JSON.stringify(document, undefined, 2)}\n` };
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
