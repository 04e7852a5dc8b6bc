import { type AnalysisFinding, FINDING_LEVELS, objectPath, type UnknownCodes } from '../../model/analysis.ts';
import type { MeshAnalysis } from '../../model/analysis-of-mesh.ts';
import { known } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { workloadOfPod } from '../../model/workload-of-pod.ts';
import type { Finding, Scope } from '../rung.ts';
import { podsIn } from '../scope.ts';
import { counted, shellWord, span } from '../wording.ts';
import { tellsFailure } from './needs.ts';
import { isOutdated, type UnreadSince, unreadSince } from './outdated.ts';
import { analysisOf } from './standing.ts';

type Found = readonly AnalysisFinding[];
/** Every namespace asks in turn, and analysis looks at all at once. */
const findingsByNamespace = new WeakMap<MeshAnalysis, ReadonlyMap<string, Found>>();

/** Whether configuration makes sense, as `meshladder analyze` says in full. Only errors are a finding here. */
export function examineAnalysis(snapshot: MeshSnapshot, scope: Scope): Finding {
  if (Object.values(snapshot.cluster.config).every((observed) => known(observed) === undefined)) {
    return { verdict: 'unknown', summary: 'no configuration is known', evidence: [] };
  }
  const analysis = analysisOf(snapshot);
  if (analysis === undefined) return { verdict: 'unknown', summary: 'not analysed yet', evidence: [] };
  const findings = findingsOf(analysis, snapshot, scope);
  const unread = unreadSince(snapshot);
  const errors = findings.filter(({ level }) => level === 'Error');
  if (errors.length === 0) return withoutErrors(findings, analysis.unknown, { unread, snapshot });
  const standing = errors.filter((error) => !isOutdated(error, unread));
  if (standing.length > 0) return errorsFinding(standing, scope);
  const { summary, evidence } = errorsFinding(errors, scope);
  const asOf = asOfText({ unread, snapshot });
  return { verdict: 'unknown', summary: `${summary}${asOf}`, evidence: [...whyText(unread), ...evidence] };
}

function errorsFinding(errors: Found, { namespace }: Scope): Finding {
  const codes = [...new Set(errors.map(({ code, object }) => `${code} on ${objectPath(object)}`))];
  const more = codes.length > 2 ? ` and ${counted(codes.length - 2, 'more error')}` : '';
  return {
    verdict: 'finding',
    summary: `${codes.slice(0, 2).join(', ')}${more}`,
    evidence: errors.slice(0, 5).map(findingText),
    next: namespace === undefined ? 'meshladder analyze' : `meshladder analyze -n ${shellWord(namespace)}`,
  };
}

interface Seen {
  readonly unread: UnreadSince | undefined;
  readonly snapshot: MeshSnapshot;
}

/** Empty where all that was analysed is what is there now. */
function asOfText({ unread, snapshot: { takenAt } }: Seen): string {
  return unread === undefined ? '' : `, as of ${span(takenAt - unread.at)} ago`;
}

function whyText(unread: UnreadSince | undefined): readonly string[] {
  return unread === undefined ? [] : [`objects cannot be read: ${unread.why}`];
}

/** That no error was found says something only where all that should be looked at was, and is known still. */
function withoutErrors(findings: Found, unknown: readonly UnknownCodes[], seen: Seen): Finding {
  const counts = FINDING_LEVELS.flatMap((level) => {
    const count = findings.filter((each) => each.level === level).length;
    return count === 0 ? [] : [counted(count, level.toLowerCase())];
  });
  const said = [...whyText(seen.unread), ...findings.slice(0, 3).map(findingText)];
  const blind = unknown.filter(({ why }) => tellsFailure(why));
  const found = `${counts.length === 0 ? 'nothing found' : `no error; ${counts.join(', ')}`}${asOfText(seen)}`;
  const isOld = (seen.unread?.outdated.size ?? 0) > 0;
  if (blind.length === 0) return { verdict: isOld ? 'unknown' : 'ok', summary: found, evidence: said };
  const codes = new Set(blind.flatMap((each) => each.codes));
  const evidence = blind.slice(0, 3).map(({ codes: some, why }) => `${some.join(', ')}: ${why}`);
  const summary = `${found}, but ${counted(codes.size, 'code')} could not be looked for`;
  return { verdict: 'unknown', summary, evidence: [...evidence, ...said] };
}

function findingText({ code, object, text }: AnalysisFinding): string {
  return `${code} ${objectPath(object)}: ${text}`;
}

function findingsOf(analysis: MeshAnalysis, snapshot: MeshSnapshot, scope: Scope): Found {
  const { namespace, name } = scope;
  const byNamespace = findingsByNamespace.get(analysis) ?? Map.groupBy(analysis.findings, namespaceOf);
  findingsByNamespace.set(analysis, byNamespace);
  const asked = namespace === undefined ? [...byNamespace.values()].flat() : (byNamespace.get(namespace) ?? []);
  if (name === undefined) return asked;
  const workload = workloadOfPod(name, podsIn(snapshot, scope)?.[0], snapshot.cluster);
  // What is wrong with other workloads of its namespace is not about this pod; policies and routes may be.
  return asked.filter(({ object }) => {
    if (object.kind === 'Pod') return object.name === name;
    return object.kind !== 'Deployment' || object.name === workload;
  });
}

/** The namespace that a finding is about. */
export function namespaceOf({ object }: AnalysisFinding): string {
  return object.kind === 'Namespace' ? object.name : object.namespace;
}
