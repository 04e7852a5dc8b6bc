import { readFileSync } from 'node:fs';
import { DASHBOARDS } from '../../src/sinks/dashboards/dashboards.ts';

/** Parts of Grafana's classic dashboard that tests look at, as the files have them. */
export interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  readonly editable: boolean;
  readonly tags: readonly string[];
  readonly schemaVersion: number;
  readonly links: readonly { readonly type: string; readonly url: string }[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
  readonly panels: readonly PanelFile[];
  readonly templating: { readonly list: readonly VariableFile[] };
}

export interface VariableFile {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly hide: number;
  readonly refresh?: number;
  readonly query: string | { readonly query: string };
  readonly datasource?: { readonly uid: string };
  readonly allValue?: string;
  readonly multi?: boolean;
  readonly current: { readonly value?: string };
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface PanelFile {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: Place;
  readonly links?: readonly LinkFile[];
  readonly targets?: readonly TargetFile[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit: string;
      readonly noValue: string;
      readonly mappings: readonly { readonly type: string; readonly options: unknown }[];
      readonly thresholds: { readonly steps: readonly object[] };
    };
    readonly overrides: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
  readonly options?: { readonly content?: string };
  readonly transformations?: readonly {
    readonly options: { readonly renameByName?: Readonly<Record<string, string>> };
  }[];
}

export interface TargetFile {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly datasource: { readonly uid: string };
}

export interface LinkFile {
  readonly title: string;
  readonly url: string;
}

/** The dashboards as they are committed. */
export const DASHBOARD_FILES: readonly DashboardFile[] = DASHBOARDS.map(
  ({ uid }) => JSON.parse(readFileSync(`dashboards/${uid}.json`, 'utf8')) as DashboardFile,
);

/** All but rows. */
export function panelsOf({ panels }: DashboardFile): readonly PanelFile[] {
  return panels.filter(({ type }) => type !== 'row');
}

/** Links of a panel and of its columns. */
export function linksOf({ links = [], fieldConfig }: PanelFile): readonly LinkFile[] {
  const ofColumns = (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
    properties.filter(({ id }) => id === 'links').flatMap(({ value }) => value as readonly LinkFile[]),
  );
  return [...links, ...ofColumns];
}
