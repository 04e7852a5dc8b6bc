import { type Link, runbookLink } from './links.ts';
import { COLOURS, type Column, type Mapping, type Panel, type Step, type Target } from './panel.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const NOTHING = 'not known';
const REF_IDS = 'ABCDEFGH';
/** Without it, what is not known would have the colour of the first step, which means good. */
const NOT_KNOWN = {
  type: 'special',
  options: { match: 'null+nan', result: { text: NOTHING, color: COLOURS.unknown, index: 99 } },
};

/** A panel in Grafana's classic form, at its place. */
export function panelJson(panel: Panel, id: number, place: { readonly x: number; readonly y: number }): object {
  const { type, title, description, width, height, targets, runbooks = [], links = [] } = panel;
  return {
    id,
    type,
    title,
    description,
    links: [...links, ...runbooks.map((alert) => runbookLink(alert))].map(linkJson),
    datasource: DATASOURCE,
    gridPos: { x: place.x, y: place.y, w: width, h: height },
    targets: targets.map((target, nth) => targetJson(target, REF_IDS[nth] ?? 'Z', type === 'table')),
    fieldConfig: { defaults: defaultsOf(panel), overrides: overridesOf(panel) },
    options: optionsOf(panel),
    ...(type === 'table' && { transformations: transformationsOf(panel.columns ?? []) }),
  };
}

function linkJson({ title, url, leaves = false }: Link): object {
  return { title, url, targetBlank: leaves };
}

function targetJson({ expr, legend = '', instant = false }: Target, refId: string, isTable: boolean): object {
  return {
    refId,
    datasource: DATASOURCE,
    editorMode: 'code',
    expr,
    legendFormat: legend,
    instant,
    range: !instant,
    format: isTable ? 'table' : 'time_series',
  };
}

function defaultsOf({ type, unit, steps = [[null, 'good']], mappings, max }: Panel): object {
  return {
    unit,
    noValue: NOTHING,
    ...(unit === 'percentunit' && { min: 0 }),
    ...(max !== undefined && { max }),
    // Names that are not known beforehand get Grafana's own colours; the legend and the tooltip name each line.
    color: { mode: type === 'timeseries' ? 'palette-classic' : 'thresholds' },
    thresholds: { mode: 'absolute', steps: steps.map(stepJson) },
    mappings: [...(mappings === undefined ? [] : [mappingJson(mappings)]), ...(type === 'stat' ? [NOT_KNOWN] : [])],
    ...(type === 'timeseries' && {
      custom: { drawStyle: 'line', lineWidth: 2, fillOpacity: 8, showPoints: 'never', spanNulls: false },
    }),
    ...(type === 'state-timeline' && { custom: { fillOpacity: 80, lineWidth: 0 } }),
  };
}

function stepJson([value, colour]: Step): object {
  return { value, color: COLOURS[colour] };
}

function mappingJson(mappings: readonly Mapping[]): object {
  const options = Object.fromEntries(
    mappings.map(({ value, text, colour }, index) => [value, { text, color: COLOURS[colour], index }]),
  );
  return { type: 'value', options };
}

function overridesOf({ colours = {}, columns = [] }: Panel): readonly object[] {
  const drawn = Object.entries(colours).map(([name, colour]) => ({
    matcher: { id: 'byRegexp', options: `/^${name}\\b/` },
    properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: colour } }],
  }));
  return [...drawn, ...columns.flatMap(columnOverride)];
}

function columnOverride({ title, unit, steps, links = [] }: Column): readonly object[] {
  const properties = [
    ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
    ...(steps === undefined
      ? []
      : [
          { id: 'thresholds', value: { mode: 'absolute', steps: steps.map(stepJson) } },
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
        ]),
    ...(links.length === 0 ? [] : [{ id: 'links', value: links.map(linkJson) }]),
  ];
  return properties.length === 0 ? [] : [{ matcher: { id: 'byName', options: title }, properties }];
}

function optionsOf({ type, content = '' }: Panel): object {
  switch (type) {
    case 'stat':
      return {
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        colorMode: 'background',
        graphMode: 'none',
        textMode: 'auto',
        justifyMode: 'auto',
      };
    case 'timeseries':
      return {
        legend: { showLegend: true, displayMode: 'table', placement: 'bottom', calcs: ['lastNotNull', 'max'] },
        tooltip: { mode: 'multi', sort: 'desc' },
      };
    case 'table':
      return { showHeader: true, cellHeight: 'sm', footer: { show: false } };
    case 'state-timeline':
      return {
        showValue: 'auto',
        mergeValues: true,
        rowHeight: 0.9,
        perPage: 20,
        legend: { showLegend: true, displayMode: 'list', placement: 'bottom' },
      };
    case 'text':
      return { mode: 'markdown', content };
    default:
      return type satisfies never;
  }
}

/** Keeps the columns that are named, in their order, under names for people. */
function transformationsOf(columns: readonly Column[]): readonly object[] {
  const order = Object.fromEntries(columns.map(({ label }, index) => [label, index]));
  const names = Object.fromEntries(columns.map(({ label, title }) => [label, title]));
  return [
    { id: 'filterFieldsByName', options: { include: { names: columns.map(({ label }) => label) } } },
    { id: 'organize', options: { excludeByName: {}, indexByName: order, renameByName: names } },
  ];
}
