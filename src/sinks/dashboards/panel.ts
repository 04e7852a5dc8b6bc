import type { Link } from './links.ts';

/** One question to Prometheus. */
export interface Target {
  readonly expr: string;
  /** Of its series, as `{{namespace}}`. */
  readonly legend?: string;
  /** Now and not over time: for stats and tables. */
  readonly instant?: boolean;
}

/** Colours that are told apart by colour-blind eyes too; one meaning each, on all dashboards. */
export const COLOURS = {
  good: 'blue',
  pending: 'yellow',
  warning: 'orange',
  bad: 'dark-red',
  rejected: 'purple',
  unknown: 'gray',
} as const;
export type Colour = keyof typeof COLOURS;

/** Okabe and Ito's colours, for names that are known beforehand and mean neither good nor bad. */
const TELLING_APART = ['#0072B2', '#E69F00', '#CC79A7', '#56B4E9', '#D55E00', '#F0E442', '#009E73'] as const;

/** Each of these names in a colour of its own, as long as there are colours. */
export function toldApart(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name, nth) => [name, TELLING_APART[nth % TELLING_APART.length] ?? 'gray']));
}

/** From this value on, this colour; the first holds from the beginning. */
export type Step = readonly [from: number | null, colour: Colour];

/** A value with a word for it. */
export interface Mapping {
  readonly value: string;
  readonly text: string;
  readonly colour: Colour;
}

/** A panel before it has a place. */
export interface Panel {
  readonly type: 'stat' | 'timeseries' | 'table' | 'text' | 'state-timeline';
  readonly title: string;
  /** What it shows, what is normal, and what to do when it is not. */
  readonly description: string;
  /** Alerts whose runbooks say what to do. */
  readonly runbooks?: readonly string[];
  /** Where one sees more of it. */
  readonly links?: readonly Link[];
  /** Of 24 columns. */
  readonly width: number;
  readonly height: number;
  readonly targets: readonly Target[];
  /** Grafana's name of a unit; `none` for texts. */
  readonly unit: string;
  readonly steps?: readonly Step[];
  readonly mappings?: readonly Mapping[];
  /** Series whose name begins with this word are drawn so. */
  readonly colours?: Readonly<Record<string, string>>;
  /** Columns of a table: what is kept, in its order, and what they are called. */
  readonly columns?: readonly Column[];
  /** Markdown, of a text panel. */
  readonly content?: string;
  readonly max?: number;
}

export interface Column {
  readonly label: string;
  readonly title: string;
  readonly unit?: string;
  readonly steps?: readonly Step[];
  /** Where a cell leads. */
  readonly links?: readonly Link[];
}

type Common = Pick<Panel, 'title' | 'description' | 'runbooks' | 'links'> & Partial<Pick<Panel, 'width' | 'height'>>;

/** One number, coloured by what it means. Nothing known is shown as such, never as 0. */
export function stat(panel: Common & Pick<Panel, 'unit' | 'steps' | 'mappings'> & { readonly expr: string }): Panel {
  const { expr, ...rest } = panel;
  return { type: 'stat', width: 4, height: 4, ...rest, targets: [{ expr, instant: true }] };
}

export function timeseries(panel: Common & Pick<Panel, 'unit' | 'targets' | 'colours' | 'max'>): Panel {
  return { type: 'timeseries', width: 12, height: 8, ...panel };
}

/** Rows of an instant answer; the value is the column `Value`. */
export function tableOf(panel: Common & Pick<Panel, 'columns'> & { readonly expr: string }): Panel {
  const { expr, ...rest } = panel;
  return { type: 'table', width: 24, height: 8, unit: 'none', ...rest, targets: [{ expr, instant: true }] };
}

export function stateTimeline(panel: Common & Pick<Panel, 'targets' | 'mappings'>): Panel {
  return { type: 'state-timeline', width: 24, height: 8, unit: 'none', ...panel };
}

export function text(panel: Common & Pick<Panel, 'content'>): Panel {
  return { type: 'text', width: 24, height: 8, unit: 'none', targets: [], ...panel };
}
