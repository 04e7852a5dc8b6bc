import type { EpochSeconds } from '../../model/brand.ts';
import type { IstiodAnswer } from '../../model/control-plane.ts';
import { known } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { SourceHealth } from '../../model/source-health.ts';
import type { LogIntake } from '../../model/traffic.ts';

/** What of the exporter itself the status tells, beside the snapshot. */
export interface StatusFacts {
  readonly version: string;
  readonly revision: string;
  readonly role: string;
  readonly startedAt: EpochSeconds;
  readonly pending: readonly string[];
}

/** `/api/v1/status` (docs/api.md). Times are ISO 8601; what is not known is left out. */
export function statusDocument(snapshot: MeshSnapshot, facts: StatusFacts): Readonly<Record<string, unknown>> {
  const { version, revision, role, startedAt, pending } = facts;
  return {
    version,
    ...(revision !== '' && { revision }),
    role,
    cluster: snapshot.settings.meshCluster,
    startedAt: isoTime(startedAt),
    at: isoTime(snapshot.takenAt),
    ready: pending.length === 0,
    pending,
    sources: snapshot.sources.map(sourceStatus),
    istiods: known(snapshot.controlPlane)?.istiods.map(istiodStatus),
    accessLog: known(snapshot.traffic)?.intake.map(intakeStatus),
  };
}

function sourceStatus({ source, up, lastSuccessAt, polls, errors, lastError }: SourceHealth): object {
  return { source, up, lastSuccessAt: isoTime(lastSuccessAt), polls, errors, lastError };
}

function istiodStatus({ istiod, access, version, polledAt, answeredAt, error, proxies }: IstiodAnswer): object {
  return {
    name: istiod.name,
    namespace: istiod.namespace,
    revision: istiod.revision,
    version,
    access,
    ready: istiod.ready,
    state: error?.code ?? 'ok',
    error: error?.detail,
    polledAt: isoTime(polledAt),
    answeredAt: isoTime(answeredAt),
    proxies: answeredAt === undefined ? undefined : proxies.length,
  };
}

function intakeStatus({ source, lines, skippedBytes, newestLineAt }: LogIntake): object {
  return { source, lines, skippedBytes, newestLineAt: isoTime(newestLineAt) };
}

function isoTime(at: EpochSeconds | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at * 1000).toISOString();
}
