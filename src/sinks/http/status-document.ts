import type { EpochSeconds } from '../../model/brand.ts';
import type { IstiodAnswer } from '../../model/control-plane.ts';
import { known } from '../../model/observed.ts';
import { type Shard, UNDIVIDED } from '../../model/shard.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { SourceErrorCode } from '../../model/source-error.ts';
import type { SourceHealth } from '../../model/source-health.ts';
import type { LogIntake } from '../../model/traffic.ts';

/** What of the exporter itself the status tells, beside the snapshot. */
export interface StatusFacts {
  readonly version: string;
  readonly revision: string;
  readonly role: string;
  readonly startedAt: EpochSeconds;
  readonly pending: readonly string[];
  /** Absent where nobody is elected. */
  readonly election?: ElectionStatus;
  readonly shard?: Shard;
}

/** `/api/v1/status` (docs/api.md): times in RFC 3339, null for what is not known. */
export interface StatusDocument {
  readonly version: string;
  readonly commit: string | null;
  readonly role: string;
  readonly cluster: string;
  readonly started_at: string | null;
  readonly at: string | null;
  readonly ready: boolean;
  readonly pending: readonly string[];
  readonly election: ElectionStatus | null;
  readonly shard: Shard;
  readonly sources: readonly SourceStatus[];
  readonly istiods: readonly IstiodStatus[] | null;
  readonly access_log: readonly IntakeStatus[] | null;
  /** The other clusters that are watched, by their ids. */
  readonly remote_clusters: readonly RemoteClusterStatus[];
}

export interface RemoteClusterStatus {
  readonly cluster: string;
  readonly sources: readonly SourceStatus[];
  readonly istiods: readonly IstiodStatus[] | null;
}

export interface ElectionStatus {
  readonly leads: boolean;
  /** Of the other one that leads, its name in the Lease. */
  readonly leader: string | null;
}

export interface SourceStatus {
  readonly source: SourceHealth['source'];
  readonly up: boolean | null;
  readonly last_success_at: string | null;
  readonly polls: number;
  readonly errors: SourceHealth['errors'];
  readonly last_error: string | null;
}

export interface IstiodStatus {
  readonly name: string;
  readonly namespace: string;
  readonly revision: string;
  readonly version: string | null;
  readonly access: IstiodAnswer['access'];
  readonly http_error: string | null;
  readonly ready: boolean | null;
  readonly state: 'ok' | SourceErrorCode;
  readonly error: string | null;
  readonly polled_at: string | null;
  readonly answered_at: string | null;
  readonly proxies: number | null;
}

export interface IntakeStatus {
  readonly source: string;
  readonly lines: LogIntake['lines'];
  readonly skipped_bytes: number;
  readonly newest_line_at: string | null;
}

/** @param remote other clusters that are watched */
export function statusDocument(
  snapshot: MeshSnapshot,
  facts: StatusFacts,
  remote: readonly MeshSnapshot[] = [],
): StatusDocument {
  const { version, revision, role, startedAt, pending, election = null, shard = UNDIVIDED } = facts;
  return {
    version,
    commit: revision === '' ? null : revision,
    role,
    cluster: snapshot.settings.meshCluster,
    started_at: time(startedAt),
    at: time(snapshot.takenAt),
    ready: pending.length === 0,
    pending,
    election,
    shard,
    ...heardOf(snapshot),
    access_log: known(snapshot.traffic)?.intake.map(intakeStatus) ?? null,
    remote_clusters: remote.map((one) => ({ cluster: one.settings.meshCluster, ...heardOf(one) })),
  };
}

function heardOf({ sources, controlPlane }: MeshSnapshot): Pick<StatusDocument, 'sources' | 'istiods'> {
  return { sources: sources.map(sourceStatus), istiods: known(controlPlane)?.istiods.map(istiodStatus) ?? null };
}

function sourceStatus({ source, up, lastSuccessAt, polls, errors, lastError }: SourceHealth): SourceStatus {
  return { source, up: up ?? null, last_success_at: time(lastSuccessAt), polls, errors, last_error: lastError ?? null };
}

function istiodStatus(answer: IstiodAnswer): IstiodStatus {
  const { istiod, access, httpError, version, polledAt, answeredAt, error, proxies } = answer;
  return {
    name: istiod.name,
    namespace: istiod.namespace,
    revision: istiod.revision,
    version: version ?? null,
    access,
    http_error: httpError?.detail ?? null,
    ready: istiod.ready ?? null,
    state: error?.code ?? 'ok',
    error: error?.detail ?? null,
    polled_at: time(polledAt),
    answered_at: time(answeredAt),
    proxies: answeredAt === undefined ? null : proxies.length,
  };
}

function intakeStatus({ source, lines, skippedBytes, newestLineAt }: LogIntake): IntakeStatus {
  return { source, lines, skipped_bytes: skippedBytes, newest_line_at: time(newestLineAt) };
}

function time(at: EpochSeconds | undefined): string | null {
  return at === undefined ? null : new Date(Math.round(at * 1000)).toISOString();
}
