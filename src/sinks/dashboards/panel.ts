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
  readonly type: 'stat' | 'timeseries' | 'table' | 'text' | 'state-timeline' | 'bargauge';
  readonly title: string;
  /** What it shows, what is normal, and what to do when it is not. */
  readonly description: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly height: number;
  readonly targets: readonly Target[];
  /** Grafana's name of a unit; `none` for texts. */
  readonly unit: string;
  readonly steps?: readonly Step[];
  readonly mappings?: readonly Mapping[];
  /** Series of this name are drawn so. */
  readonly colours?: Readonly<Record<string, Colour>>;
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
  /** A path that a cell leads to; `${__data.fields.X}` are fields of its row. */
  readonly link?: string;
}

type Sized = Partial<Pick<Panel, 'width' | 'height'>>;

/** One number, coloured by what it means. Nothing known is shown as such, never as 0. */
export function stat(
  panel: Pick<Panel, 'title' | 'description' | 'unit' | 'steps'> & { readonly expr: string } & Sized,
): Panel {
  const { expr, ...rest } = panel;
  return { type: 'stat', width: 4, height: 4, ...rest, targets: [{ expr, instant: true }] };
}

export function timeseries(
  panel: Pick<Panel, 'title' | 'description' | 'unit' | 'targets' | 'colours' | 'max'> & Sized,
): Panel {
  return { type: 'timeseries', width: 12, height: 8, ...panel };
}

/** Rows of an instant answer; the value is the column `Value`. */
export function tableOf(
  panel: Pick<Panel, 'title' | 'description' | 'columns'> & { readonly expr: string } & Sized,
): Panel {
  const { expr, ...rest } = panel;
  return { type: 'table', width: 24, height: 8, unit: 'none', ...rest, targets: [{ expr, instant: true }] };
}

export function stateTimeline(panel: Pick<Panel, 'title' | 'description' | 'targets' | 'mappings'> & Sized): Panel {
  return { type: 'state-timeline', width: 24, height: 8, unit: 'none', ...panel };
}

export function text(panel: Pick<Panel, 'title' | 'description' | 'content'> & Sized): Panel {
  return { type: 'text', width: 24, height: 8, unit: 'none', targets: [], ...panel };
}
