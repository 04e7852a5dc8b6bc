import { type AnalysisFinding, FINDING_LEVELS, objectPath } from '../../model/analysis.ts';
import { known } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { workloadOfPod } from '../../model/workload-of-pod.ts';
import type { Finding, Scope } from '../rung.ts';
import { podsIn } from '../scope.ts';
import { counted, shellWord } from '../wording.ts';
import { findingsIn } from './findings.ts';

type Found = readonly AnalysisFinding[];
/** Every namespace asks in turn, and analysis looks at all at once. */
const told = new WeakMap<MeshSnapshot, ReadonlyMap<string, Found>>();

/** Whether configuration makes sense, as `meshladder analyze` says in full. Only errors are a finding here. */
export function examineAnalysis(snapshot: MeshSnapshot, scope: Scope): Finding {
  if (Object.values(snapshot.cluster.config).every((observed) => known(observed) === undefined)) {
    return { verdict: 'unknown', summary: 'no configuration is known', evidence: [] };
  }
  const findings = findingsOf(snapshot, scope);
  const errors = findings.filter(({ level }) => level === 'Error');
  const [first] = errors;
  if (first !== undefined) {
    const codes = [...new Set(errors.map(({ code, object }) => `${code} on ${objectPath(object)}`))];
    const more = codes.length > 2 ? ` and ${counted(codes.length - 2, 'more error')}` : '';
    return {
      verdict: 'finding',
      summary: `${codes.slice(0, 2).join(', ')}${more}`,
      evidence: errors.slice(0, 5).map(findingText),
      next:
        scope.namespace === undefined ? 'meshladder analyze' : `meshladder analyze -n ${shellWord(scope.namespace)}`,
    };
  }
  const counts = FINDING_LEVELS.flatMap((level) => {
    const count = findings.filter((each) => each.level === level).length;
    return count === 0 ? [] : [counted(count, level.toLowerCase())];
  });
  const summary = counts.length === 0 ? 'nothing found' : `no error; ${counts.join(', ')}`;
  return { verdict: 'ok', summary, evidence: findings.slice(0, 3).map(findingText) };
}

function findingText({ code, object, text }: AnalysisFinding): string {
  return `${code} ${objectPath(object)}: ${text}`;
}

function findingsOf(snapshot: MeshSnapshot, scope: Scope): Found {
  const { namespace, name } = scope;
  const byNamespace = told.get(snapshot) ?? Map.groupBy(findingsIn(snapshot), namespaceOf);
  told.set(snapshot, byNamespace);
  const asked = namespace === undefined ? [...byNamespace.values()].flat() : (byNamespace.get(namespace) ?? []);
  if (name === undefined) return asked;
  const workload = workloadOfPod(name, podsIn(snapshot, scope)?.[0], snapshot.cluster);
  // What is wrong with other workloads of its namespace is not about this pod; policies and routes may be.
  return asked.filter(({ object }) => {
    if (object.kind === 'Pod') return object.name === name;
    return object.kind !== 'Deployment' || object.name === workload;
  });
}

function namespaceOf({ object }: AnalysisFinding): string {
  return object.kind === 'Namespace' ? object.name : object.namespace;
}
