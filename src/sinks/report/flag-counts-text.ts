import { findResponseFlag, isFailure } from '../../model/response-flag.ts';
import { compareText } from '../../model/text-order.ts';
import type { FlagCounts, FlagSeries } from './flag-counts.ts';
import { type Cell, formatTable } from './text-table.ts';

/** How the table is wanted. */
export interface FlagTableOptions {
  /** Most series shown; 0 for all. */
  readonly top: number;
  readonly coloured: boolean;
}

/** What was read, each flag with its share, and where the lines went: for a person. */
export function flagCountsText(counts: FlagCounts, options: FlagTableOptions): string {
  const { access } = counts.lines;
  if (access === 0) return `${linesText(counts)}\n`;
  return `${linesText(counts)}\n\n${flagTable(counts, options)}\n${seriesTable(counts, options)}`;
}

/** `617 access lines, 3 unparsed`. What there is none of is left out. */
function linesText({ lines: { access, proxy_log = 0, unparsed, other, dropped = 0 } }: FlagCounts): string {
  const rest = [
    [proxy_log, "of the proxy's own log"],
    [unparsed, 'unparsed'],
    [other, 'other'],
    [dropped, 'dropped'],
  ] as const;
  const told = rest.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return [`${access} access ${access === 1 ? 'line' : 'lines'}`, ...told].join(', ');
}

function flagTable({ lines: { access }, flags, series }: FlagCounts, { coloured }: FlagTableOptions): string {
  const none = series.filter((row) => row.flags.length === 0).reduce((sum, row) => sum + row.count, 0);
  const rows = Object.entries(flags).sort(
    ([one, count], [other, otherCount]) => otherCount - count || compareText(one, other),
  );
  const numbers = rightAligned([none, ...rows.map(([, count]) => count)], access);
  return formatTable(
    ['FLAG', 'LINES', 'SHARE', 'MEANING'],
    [['-', none] as const, ...rows].map(([flag], nth) => {
      const [count = '', share = ''] = numbers[nth] ?? [];
      return [flagCell([flag]), { text: count }, { text: share }, { text: meaning(flag) }];
    }),
    coloured,
  );
}

function meaning(flag: string): string {
  if (flag === '-') return 'no flag';
  return findResponseFlag(flag)?.longName ?? 'a flag that is not in the table of Envoy';
}

function seriesTable({ lines: { access }, series }: FlagCounts, { top, coloured }: FlagTableOptions): string {
  const shown = top === 0 ? series : series.slice(0, top);
  const numbers = rightAligned(
    shown.map(({ count }) => count),
    access,
  );
  const table = formatTable(
    ['LINES', 'SHARE', 'DIRECTION', 'DESTINATION', 'SUBSET', 'ROUTE', 'CODE', 'FLAGS'],
    shown.map((row, nth) => seriesCells(row, numbers[nth] ?? [])),
    coloured,
  );
  const hidden = series.slice(shown.length);
  if (hidden.length === 0) return table;
  const lines = hidden.reduce((sum, { count }) => sum + count, 0);
  return `${table}… and ${lines} lines in ${hidden.length} more: --top 0 shows all\n`;
}

function seriesCells(row: FlagSeries, [count = '', share = '']: readonly string[]): readonly Cell[] {
  return [
    { text: count },
    { text: share },
    { text: row.direction },
    { text: row.destination },
    { text: row.subset || '-' },
    { text: row.route || '-' },
    { text: String(row.response_code) },
    flagCell(row.flags.length === 0 ? ['-'] : row.flags),
  ];
}

/** Failures stand out. */
function flagCell(flags: readonly string[]): Cell {
  const text = flags.join(',');
  return text !== '-' && flags.some(isFailure) ? { text, colour: 'red' } : { text };
}

/** Counts and shares, padded so that they can be compared at a glance. */
function rightAligned(counts: readonly number[], total: number): readonly (readonly string[])[] {
  const numbers = counts.map((count) => [String(count), shareText(count / total)] as const);
  const width = (nth: 0 | 1): number => Math.max(5, ...numbers.map((cells) => cells[nth].length));
  const [countWidth, shareWidth] = [width(0), width(1)];
  return numbers.map(([count, share]) => [count.padStart(countWidth), share.padStart(shareWidth)]);
}

/** One digit in each line, so that lines can be compared; only nothing is 0.0%, and only all is 100.0%. */
function shareText(share: number): string {
  if (share > 0 && share < 0.001) return '<0.1%';
  return share > 0.999 && share < 1 ? '>99.9%' : `${(100 * share).toFixed(1)}%`;
}
