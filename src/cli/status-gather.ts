import type { EpochSeconds } from '../model/brand.ts';
import type { ControlPlane, IstiodAnswer } from '../model/control-plane.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import { proxyTable } from '../model/proxy-table.ts';
import { emptySnapshot, type MeshSnapshot } from '../model/snapshot.ts';
import { NO_HISTORY } from '../model/sync-history.ts';
import { systemClock } from '../runtime/clock.ts';
import { exporterTroubles } from '../sinks/report/exporter-troubles.ts';
import { readProxies } from '../sinks/report/proxy-status-read.ts';
import { fixedIstiods } from '../sources/istiod/discover.ts';
import { advanceHistory } from '../state/sync-history.ts';
import { readExporterClient } from './exporter-client.ts';
import { type Io, UserError } from './io.ts';
import { accessNotes } from './istiod-access.ts';
import { type SayProgress, withProgress } from './progress.ts';
import { askIstiodsOfCluster } from './status-cluster.ts';
import { readStatusFiles } from './status-files.ts';
import type { StatusOptions, StatusOrigin } from './status-options.ts';

/** What a status rests on. */
export interface Gathered {
  readonly rows: readonly ProxyRow[];
  /** What could not be asked, each with its reason. */
  readonly failures: readonly string[];
  /** How istiods were asked, where that is news. */
  readonly notes?: readonly string[];
  /** What ages are counted to. */
  readonly at: EpochSeconds;
}

/** Asks or reads what the options name. @throws UserError where there is nobody to ask */
export function gatherStatus(options: StatusOptions, io: Io): Promise<Gathered> {
  const { origin } = options;
  switch (origin.kind) {
    case 'files':
      return withProgress(io, 'reading', () => fromFiles(origin, io));
    case 'urls':
      return withProgress(io, 'asking istiod', () => fromUrls(origin, options, io));
    case 'server':
      return withProgress(io, 'asking the exporter', () => fromExporter(origin, options, io));
    case 'kubernetes':
      return withProgress(io, 'finding istiods', (say) => fromCluster(origin, options, io, say));
  }
}

async function fromFiles({ files, at }: Extract<StatusOrigin, { kind: 'files' }>, io: Io): Promise<Gathered> {
  const now = at ?? systemClock.now();
  const gathered = judged({ poll: 1, istiods: await readStatusFiles(files, now, io.stdin) }, now);
  if (at !== undefined) checkNotBefore(gathered.rows, at);
  return gathered;
}

/** istiod writes whole seconds. */
const ROUNDING_SECONDS = 1;

/** @throws UserError where something would be told that was still to come */
function checkNotBefore(rows: readonly ProxyRow[], at: EpochSeconds): void {
  let newest = 0;
  for (const { types } of rows) for (const { since = 0 } of Object.values(types)) newest = Math.max(newest, since);
  if (newest <= at + ROUNDING_SECONDS) return;
  const [asked, last] = [at, newest].map((time) => new Date(time * 1000).toISOString());
  throw new UserError(`--at ${asked}: before the answers, which tell of ${last}; give a time after that`);
}

/** One look at the mesh, judged as the exporter judges each of its polls. */
function judged(controlPlane: ControlPlane, at: EpochSeconds): Gathered {
  const snapshot: MeshSnapshot = { ...emptySnapshot(at), controlPlane: { state: 'fresh', at, value: controlPlane } };
  const rows = proxyTable({ ...snapshot, history: advanceHistory(NO_HISTORY, snapshot, at) });
  const { istiods } = controlPlane;
  return { rows, failures: istiods.flatMap(failuresOf), notes: accessNotes(istiods), at };
}

function failuresOf({ istiod, error, skippedRows = 0 }: IstiodAnswer): readonly string[] {
  if (error !== undefined) return [`${istiod.name}: ${error.detail}`];
  return skippedRows === 0 ? [] : [`${istiod.name}: ${skippedRows} rows could not be read and are left out`];
}

async function fromUrls(
  { urls }: Extract<StatusOrigin, { kind: 'urls' }>,
  { access, timeoutMs }: StatusOptions,
  io: Io,
): Promise<Gathered> {
  const { askOnce } = await import('../sources/istiod/once.ts');
  const { trustOf } = await import('./istiod-trust.ts');
  const bounds = { timeoutMs, clock: systemClock, signal: io.signal };
  const { wish, tokenFile } = access;
  const targets = fixedIstiods(urls);
  const controlPlane = await askOnce({
    targets,
    tokenFile,
    access: wish,
    trust: trustOf(access, undefined),
    ...bounds,
  });
  return judged(controlPlane, systemClock.now());
}

async function fromCluster(
  origin: Extract<StatusOrigin, { kind: 'kubernetes' }>,
  options: StatusOptions,
  io: Io,
  say: SayProgress,
): Promise<Gathered> {
  const { controlPlane, remedy } = await askIstiodsOfCluster(origin, options, io, say);
  const gathered = judged(controlPlane, systemClock.now());
  return remedy === undefined ? gathered : { ...gathered, failures: [...gathered.failures, remedy] };
}

async function fromExporter(
  { url, httpConfigFile }: Extract<StatusOrigin, { kind: 'server' }>,
  { timeoutMs }: StatusOptions,
  io: Io,
): Promise<Gathered> {
  const { askDocument } = await import('./exporter-document.ts');
  const how = { timeoutMs, signal: io.signal, ...(await readExporterClient(httpConfigFile)) };
  const rows = await askDocument({ server: url, name: 'proxies' }, how, readProxies);
  const isBlind = rows.length === 0 || rows.some(({ state }) => state === 'UNKNOWN');
  const cluster = new URL(url).searchParams.get('cluster') ?? undefined;
  const troubles = (status: unknown): readonly string[] => exporterTroubles(status, cluster);
  const failures = isBlind ? await askDocument({ server: url, name: 'status' }, how, troubles) : [];
  return { rows, failures, at: systemClock.now() };
}
