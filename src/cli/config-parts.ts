import type { EnvoyConfig, EnvoyDump } from '../model/envoy-config.ts';
import type { EnvoySection } from '../model/envoy-resource.ts';
import { clusterRow, clusterTable, selectClusters } from '../sinks/report/config-clusters.ts';
import {
  endpointsRow,
  endpointTable,
  type ListedEndpoints,
  listEndpoints,
  selectEndpoints,
} from '../sinks/report/config-endpoints.ts';
import type { ConfigFilter } from '../sinks/report/config-filter.ts';
import { listenerRow, listenerTable, selectListeners } from '../sinks/report/config-listeners.ts';
import { routeConfigRow, routeTable, selectRoutes } from '../sinks/report/config-routes.ts';
import type { ConfigTable } from '../sinks/report/config-table.ts';
import { UserError } from './io.ts';

/** A section as it is printed. Rows are made one at a time: a dump may be large. */
export interface PrintedSection {
  readonly rows: Iterable<{ readonly name: string; readonly rejection?: string | null }>;
  readonly table: ConfigTable;
  /** What a person should know beside the table; the rows say it themselves. */
  readonly notes: readonly string[];
  /** What neither says. */
  readonly missing?: string;
}

/** @throws UserError where what was given does not have the section */
export function printSection(section: EnvoySection, dump: EnvoyDump, filter: ConfigFilter): PrintedSection {
  const printed = printResources(section, dump, filter);
  return { ...printed, rows: withRejections(printed.rows, section, dump) };
}

/** Why Envoy refused a newer one of that name; `null` where it did not. */
function* withRejections(
  rows: PrintedSection['rows'],
  section: EnvoySection,
  { config }: EnvoyDump,
): PrintedSection['rows'] {
  const ofSection = (config?.rejections ?? []).filter((each) => each.section === section);
  const refused = new Map(ofSection.map(({ name, details }) => [name, details]));
  for (const row of rows) yield { ...row, rejection: refused.get(row.name) ?? null };
}

function printResources(section: EnvoySection, dump: EnvoyDump, filter: ConfigFilter): PrintedSection {
  switch (section) {
    case 'clusters': {
      const clusters = selectClusters(need(dump.config, 'clusters'), filter);
      return {
        rows: mapEach(clusters, clusterRow),
        table: clusterTable(clusters),
        notes: emptyNote(clusters, section),
      };
    }
    case 'listeners': {
      const listeners = selectListeners(need(dump.config, 'listeners'), filter);
      return {
        rows: mapEach(listeners, listenerRow),
        table: listenerTable(listeners),
        notes: emptyNote(listeners, section),
      };
    }
    case 'routes': {
      const routes = selectRoutes(need(dump.config, 'routes'), filter);
      return { rows: mapEach(routes, routeConfigRow), table: routeTable(routes), notes: emptyNote(routes, section) };
    }
    case 'endpoints':
      return printEndpoints(dump, filter);
    default:
      return section satisfies never;
  }
}

function need<K extends EnvoySection>(config: EnvoyConfig | undefined, section: K): NonNullable<EnvoyConfig[K]> {
  const found = config?.[section];
  if (found === undefined) throw new UserError(`there are no ${section} in what was given: is it a whole config dump?`);
  return found;
}

const NO_ENDPOINTS =
  'the dump holds no endpoints: ask for config_dump?include_eds, or add what /clusters?format=json answers';

function printEndpoints({ config, statuses }: EnvoyDump, filter: ConfigFilter): PrintedSection {
  const known = config?.endpoints !== undefined || statuses !== undefined;
  if (!known && config === undefined) need(config, 'endpoints');
  const listed = selectEndpoints(listEndpoints(config?.endpoints, statuses), filter);
  const printed = { rows: mapEach(listed, endpointsRow), table: endpointTable(listed) };
  if (!known) return { ...printed, notes: [], missing: NO_ENDPOINTS };
  return { ...printed, notes: [...emptyNote(listed, 'endpoints'), ...withoutHosts(listed)] };
}

/** A service without endpoints answers 503 UH, and has no line in the table. */
function withoutHosts(listed: readonly ListedEndpoints[]): readonly string[] {
  const names = listed
    .filter(({ name, hosts }) => hosts.length === 0 && name.startsWith('outbound'))
    .map(({ name }) => name);
  const shown = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return names.length === 0 ? [] : [`without any endpoint: ${shown}${more}`];
}

function emptyNote(found: readonly unknown[], section: EnvoySection): readonly string[] {
  return found.length > 0 ? [] : [`no such ${section}; leave out the filter to see those that are there`];
}

function* mapEach<T, R>(items: readonly T[], map: (item: T) => R): Iterable<R> {
  for (const item of items) yield map(item);
}
