import { compareText } from '../../model/text-order.ts';
import { LINE_RESULTS, type LineResult, type RequestCount, type Traffic } from '../../model/traffic.ts';

/** What a log says, as `meshladder flags -o json` prints it: this form does not change. */
export interface FlagCounts {
  /** `dropped` only where lines were. */
  readonly lines: Readonly<Record<Exclude<LineResult, 'dropped'>, number>> & { readonly dropped?: number };
  /** Each flag of a line counts, so that `URX,UF` is in both. */
  readonly flags: Readonly<Record<string, number>>;
  /** Most lines first. */
  readonly series: readonly FlagSeries[];
}

export interface FlagSeries {
  readonly direction: string;
  readonly destination: string;
  /** `""` for none. */
  readonly subset: string;
  /** `""` for none. */
  readonly route: string;
  /** 0 for TCP, and where no answer was sent. */
  readonly response_code: number;
  /** Sorted; empty for `-`. */
  readonly flags: readonly string[];
  readonly count: number;
}

/** Adds up what the lines of a log say, in an order that is the same for the same lines. */
export function flagCounts(traffic: Traffic): FlagCounts {
  const flags = new Map<string, number>();
  const series = new Map<string, FlagSeries>();
  for (const request of traffic.requests) {
    for (const flag of request.shape.flags) flags.set(flag, (flags.get(flag) ?? 0) + request.count);
    const { key, row } = seriesOf(request);
    series.set(key, { ...row, count: row.count + (series.get(key)?.count ?? 0) });
  }
  return {
    lines: linesOf(traffic),
    flags: Object.fromEntries([...flags].sort(([one], [other]) => compareText(one, other))),
    series: [...series]
      .sort(([oneKey, one], [otherKey, other]) => other.count - one.count || compareText(oneKey, otherKey))
      .map(([, row]) => row),
  };
}

function seriesOf({ shape, count }: RequestCount): { readonly key: string; readonly row: FlagSeries } {
  const { direction, destination, subset, route, responseCode: response_code, flags } = shape;
  const row = { direction, destination, subset, route, response_code, flags, count };
  return { key: JSON.stringify({ ...row, count: undefined }), row };
}

function linesOf({ intake }: Traffic): FlagCounts['lines'] {
  const sums = { access: 0, proxy_log: 0, unparsed: 0, other: 0, dropped: 0 };
  for (const { lines } of intake) for (const result of LINE_RESULTS) sums[result] += lines[result];
  const { dropped, ...others } = sums;
  return dropped > 0 ? sums : others;
}
