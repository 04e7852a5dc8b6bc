import type { Analysis, AnalysisFinding } from '../../model/analysis.ts';

/** Codes that say something is not there, in whatever namespace it might be. */
const ABSENCES: ReadonlySet<string> = new Set([
  'IST0101',
  'IST0127',
  'IST0132',
  'IST0139',
  'IST0173',
  'IST0174',
  'ML0005',
  'ML0008',
]);
/** Of them, for these kinds only pods of their own namespace count. */
const OF_OWN_NAMESPACE: ReadonlySet<string> = new Set(['Sidecar', 'Telemetry']);
const BY_SELECTOR: ReadonlySet<string> = new Set(['IST0127', 'ML0008']);

/** What of an analysis holds where only some namespaces are seen: what is missing may be in one of the others. */
export function ofPartialView({ findings, unknown }: Analysis, rootNamespace: string): Analysis {
  const holds = (finding: AnalysisFinding): boolean =>
    !ABSENCES.has(finding.code) || isOfOwnNamespace(finding, rootNamespace);
  const why = 'only some namespaces are watched (kubernetes.namespaces)';
  return { findings: findings.filter(holds), unknown: [...unknown, { codes: [...ABSENCES], why }] };
}

function isOfOwnNamespace({ code, object }: AnalysisFinding, rootNamespace: string): boolean {
  if (BY_SELECTOR.has(code)) return object.namespace !== rootNamespace;
  return code === 'IST0101' && OF_OWN_NAMESPACE.has(object.kind);
}
