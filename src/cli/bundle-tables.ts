import { rowsAsked } from '../model/asked-pods.ts';
import { known } from '../model/observed.ts';
import { flagCounts } from '../sinks/report/flag-counts.ts';
import { flagCountsText } from '../sinks/report/flag-counts-text.ts';
import { proxyStatusText } from '../sinks/report/proxy-status.ts';
import { proxiesJson } from '../sinks/report/proxy-status-json.ts';
import type { BundleOptions } from './bundle-options.ts';
import type { LookedBundle } from './bundle-read.ts';
import { type Io, UserError } from './io.ts';

/** The proxy-status table as of the bundle. @returns the exit code */
export function writeStatus({ snapshot }: LookedBundle, options: BundleOptions, io: Io): number {
  const { about, output, coloured } = options;
  if (known(snapshot.controlPlane) === undefined) throw new UserError('no answer of istiod is in it');
  const rows = rowsAsked(snapshot, about);
  if (output === 'json') io.stdout.write(`${JSON.stringify(proxiesJson(rows, snapshot.takenAt), undefined, 2)}\n`);
  else if (rows.length > 0) io.stdout.write(proxyStatusText(rows, { now: snapshot.takenAt, wide: true, coloured }));
  if (rows.length === 0) io.stderr.write('meshladder: no istiod in it lists such a proxy\n');
  if (rows.some(({ state }) => state !== 'SYNCED' && state !== 'UNKNOWN')) return 1;
  return rows.length === 0 || rows.some(({ state }) => state === 'UNKNOWN') ? 2 : 0;
}

/** The flags of its access logs. @returns the exit code */
export function writeFlags({ snapshot }: LookedBundle, { output, coloured }: BundleOptions, io: Io): number {
  const traffic = known(snapshot.traffic);
  if (traffic === undefined) throw new UserError('no proxy log is in it');
  const counts = flagCounts(traffic);
  if (output === 'json') io.stdout.write(`${JSON.stringify(counts, undefined, 2)}\n`);
  else io.stdout.write(flagCountsText(counts, { top: 20, coloured }));
  return 0;
}
