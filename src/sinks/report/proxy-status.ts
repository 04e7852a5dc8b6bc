import type { EpochSeconds } from '../../model/brand.ts';
import type { ProxyRow, TypeRow } from '../../model/proxy-row.ts';
import { compareText } from '../../model/text-order.ts';
import { XDS_TYPES, type XdsType } from '../../model/xds.ts';
import { formatAge } from './age.ts';
import { whyLines } from './proxy-status-why.ts';
import { type Cell, type Colour, formatTable, oneLine, paint } from './text-table.ts';

/** How the table is wanted. */
export interface TableOptions {
  /** What ages are counted to. */
  readonly now: EpochSeconds;
  /** Every type that occurs, cluster and proxy type too. */
  readonly wide: boolean;
  readonly coloured: boolean;
}

type RowState = ProxyRow['state'];

/** Worst first: what is gone serves old configuration for good, what is rejected waits for somebody to mend it. */
export const WORST_FIRST: readonly RowState[] = ['MISSING', 'ERROR', 'STALE', 'UNKNOWN', 'NOT_SENT', 'SYNCED'];

const COLOURS: Readonly<Partial<Record<RowState, Colour>>> = {
  MISSING: 'red',
  ERROR: 'red',
  STALE: 'yellow',
  UNKNOWN: 'magenta',
};

/** The types every Envoy asks for. */
const ALWAYS: readonly XdsType[] = ['cds', 'lds', 'eds', 'rds'];
const NAME_WIDTH = 80;

/** Rows in the order a person wants them: worst first, then by namespace and name. */
export function worstFirst(rows: readonly ProxyRow[]): readonly ProxyRow[] {
  return rows.toSorted(
    (one, other) =>
      WORST_FIRST.indexOf(one.state) - WORST_FIRST.indexOf(other.state) ||
      compareText(one.namespace, other.namespace) ||
      compareText(one.name, other.name),
  );
}

/** The proxy-status table with ages, what is known of the causes, and a line that sums it up. */
export function proxyStatusText(rows: readonly ProxyRow[], options: TableOptions): string {
  if (rows.length === 0) return 'No proxies.\n';
  const sorted = worstFirst(rows);
  const types = options.wide ? occurring(rows) : telling(rows);
  const head = ['NAME', 'NAMESPACE', ...types.map((type) => type.toUpperCase()), 'ISTIOD', 'VERSION'];
  if (options.wide) head.splice(2, 0, 'CLUSTER', 'TYPE');
  const table = formatTable(
    head,
    sorted.map((row) => cells(row, types, options)),
    options.coloured,
  );
  const why = whyLines(sorted, options.wide ? 600 : 160).map((line) => `${line}\n`);
  return `${table}\n${why.join('')}${why.length > 0 ? '\n' : ''}${summary(rows, options.coloured)}\n`;
}

/** `13 proxies: 2 ERROR, 1 STALE, 10 SYNCED`. */
function summary(rows: readonly ProxyRow[], coloured: boolean): string {
  const counts = WORST_FIRST.flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? [] : [paint(cell(`${count} ${words(state)}`, state), coloured)];
  });
  return `${rows.length} ${rows.length === 1 ? 'proxy' : 'proxies'}: ${counts.join(', ')}`;
}

function cells(row: ProxyRow, types: readonly XdsType[], { now, wide }: TableOptions): readonly Cell[] {
  const line: Cell[] = [name(row.name), name(row.namespace)];
  if (wide) line.push(name(row.cluster), { text: row.type });
  const states = types.map((type) => typeCell(row.types[type], now));
  return [...line, ...states, istiodCell(row, now), name(row.istioVersion ?? '-')];
}

/** Of a proxy that no istiod lists nothing is known type by type: where it stands is told here. */
function istiodCell({ state, types, istiod, missingSince }: ProxyRow, now: EpochSeconds): Cell {
  const isListed = state !== 'MISSING' && (state !== 'UNKNOWN' || Object.keys(types).length > 0);
  if (isListed) return name(istiod ?? '-');
  const last = istiod === undefined ? '' : oneLine(`, last ${istiod}`, NAME_WIDTH);
  return cell(`${state}${ageOf(missingSince, now)}${last}`, state);
}

function typeCell(type: TypeRow | undefined, now: EpochSeconds): Cell {
  if (type === undefined) return { text: '-' };
  return cell(words(type.state) + ageOf(type.since, now), type.state);
}

function ageOf(since: EpochSeconds | undefined, now: EpochSeconds): string {
  return since === undefined ? '' : ` (${formatAge(now - since)})`;
}

function cell(text: string, state: RowState): Cell {
  const colour = COLOURS[state];
  return colour === undefined ? { text } : { text, colour };
}

function name(text: string): Cell {
  return { text: oneLine(text, NAME_WIDTH) };
}

/** istioctl's spelling. */
function words(state: RowState): string {
  return state === 'NOT_SENT' ? 'NOT SENT' : state;
}

function occurring(rows: readonly ProxyRow[]): readonly XdsType[] {
  return XDS_TYPES.filter((type) => ALWAYS.includes(type) || rows.some((row) => row.types[type] !== undefined));
}

/** The four, and what would else go unseen: a type that is not fine, and those of proxies that have none of the four. */
function telling(rows: readonly ProxyRow[]): readonly XdsType[] {
  const odd = rows.filter((row) => !ALWAYS.some((type) => row.types[type] !== undefined));
  return XDS_TYPES.filter(
    (type) =>
      ALWAYS.includes(type) ||
      odd.some((row) => row.types[type] !== undefined) ||
      rows.some((row) => isFinding(row.types[type])),
  );
}

function isFinding(type: TypeRow | undefined): boolean {
  return type !== undefined && type.state !== 'SYNCED' && type.state !== 'NOT_SENT';
}
