import { current } from '../../model/current.ts';
import { ENVOY_SECTIONS } from '../../model/envoy-resource.ts';
import type { Inspections, ProxyInspection } from '../../model/inspection.ts';
import { known } from '../../model/observed.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Finding, Scope } from '../rung.ts';
import { rowsIn, rungNotPassed } from '../scope.ts';
import { counted, firstOf, shellWord, span } from '../wording.ts';
import { type SectionVariants, workloadVariants } from './variants.ts';

/** A proxy that was looked into, and where it stands by now. */
interface Looked {
  readonly look: ProxyInspection;
  readonly row: ProxyRow;
}

const MAX_TOLD = 4;

/** Whether Envoys hold what istiod would send them, and replicas the same. */
export function examineConfigDiff(snapshot: MeshSnapshot, scope: Scope): Finding {
  const { inspections, takenAt, settings } = snapshot;
  const rows = rowsIn(snapshot, scope);
  if (inspections === undefined) {
    return { ...unknown(settings.noLooks ?? 'inspection is off (inspect.enabled)', rows), off: true };
  }
  if (inspections.state === 'failed') return unknown(inspections.error.detail, rows);
  const looks = current(inspections, takenAt, settings.staleAfterSeconds);
  if (looks === undefined) return unknown('no Envoy has been looked into yet', rows);
  const looked = rows.flatMap((row): readonly Looked[] => {
    const look = looks.proxies.get(keyOf(row));
    return look === undefined ? [] : [{ look, row }];
  });
  if (looked.length > 0) return looksFinding(looked, rows, { looks, snapshot });
  // A namespace without proxies holds nothing that could differ; of a pod it is asked for a reason.
  const isEmpty = rows.length === 0 && scope.name === undefined && known(snapshot.controlPlane) !== undefined;
  return isEmpty ? { verdict: 'ok', summary: 'no proxy here', evidence: [] } : notLooked(rows, looks);
}

interface Seen {
  readonly looks: Inspections;
  readonly snapshot: MeshSnapshot;
}

function looksFinding(looked: readonly Looked[], rows: readonly ProxyRow[], { looks, snapshot }: Seen): Finding {
  const differing = looked.filter(({ look }) => differencesOf(look) > 0);
  const settled = differing.filter(({ row }) => rungNotPassed(snapshot, [row]) === undefined);
  const drifting = driftIn(looks, looked);
  if (settled.length > 0) return differs(settled, drifting, snapshot);
  const [drift] = drifting;
  if (drift !== undefined) return drifts(drift, drifting);
  if (differing.length > 0) return behind(differing, snapshot);
  return allWell(looked, rows, { looks, snapshot });
}

function unknown(summary: string, rows: readonly ProxyRow[]): Finding {
  const [row] = rows;
  return {
    verdict: 'unknown',
    summary,
    evidence: [],
    ...(row !== undefined && { next: `meshladder diff ${podWord(row)}` }),
  };
}

function notLooked(rows: readonly ProxyRow[], looks: Inspections): Finding {
  const failures = failuresOf(rows, looks);
  const failed = failures.length > 0;
  const one = failed ? 'the look into its Envoy failed' : 'not looked into yet';
  const some = `none of ${counted(rows.length, 'proxy', 'proxies')} looked into${failed ? `; ${counted(failures.length, 'look')} failed` : ' yet'}`;
  const summary = rows.length === 0 ? 'no proxy here' : rows.length === 1 ? one : some;
  return { ...unknown(summary, rows), evidence: failures.slice(0, MAX_TOLD) };
}

function failuresOf(rows: readonly ProxyRow[], { failed }: Inspections): readonly string[] {
  return rows.flatMap((row) => {
    const failure = failed.get(keyOf(row));
    return failure === undefined ? [] : [`${podText(row)}: ${failure.detail}`];
  });
}

function driftIn(looks: Inspections, looked: readonly Looked[]): readonly SectionVariants[] {
  const asked = new Set(looked.map(({ look }) => `${look.namespace}/${look.workload}`));
  return workloadVariants(looks).filter(
    ({ namespace, workload, variants }) => variants > 1 && asked.has(`${namespace}/${workload}`),
  );
}

function differs(
  differing: readonly Looked[],
  drifting: readonly SectionVariants[],
  { takenAt }: MeshSnapshot,
): Finding {
  const [first] = differing;
  const count = differing.reduce((sum, { look }) => sum + differencesOf(look), 0);
  const who = differing.length === 1 && first !== undefined ? podText(first.look) : `${differing.length} proxies`;
  const summary = `${who} in ${counted(count, 'resource')} not as istiod would send: ${firstOf(namesOf(differing), 2)}`;
  return {
    verdict: 'finding',
    summary,
    evidence: [
      ...differing.slice(0, MAX_TOLD).map(({ look }) => `${differenceText(look)} (${ageText(look, takenAt)})`),
      ...drifting.slice(0, 2).map(driftText),
    ],
    ...(first !== undefined && { next: `meshladder diff ${podWord(first.look)}` }),
  };
}

function drifts(first: SectionVariants, drifting: readonly SectionVariants[]): Finding {
  const [one, other] = first.examples;
  const both = one !== undefined && other !== undefined ? [one, other].map(podWord).join(' ') : '';
  return {
    verdict: 'finding',
    summary: driftText(first),
    evidence: drifting
      .slice(0, MAX_TOLD)
      .map(({ section, examples }) => `${section}: ${firstOf(examples.map(podText))} hold different ones`),
    next: `meshladder compare ${both}`,
  };
}

/** What a proxy lacks that has not acknowledged what was sent is no finding of this rung. */
function behind(differing: readonly Looked[], snapshot: MeshSnapshot): Finding {
  const rows = differing.map(({ row }) => row);
  return {
    verdict: 'unknown',
    summary: `rung ${rungNotPassed(snapshot, rows)} not passed; ${counted(differing.length, 'proxy', 'proxies')} behind istiod`,
    evidence: differing.slice(0, MAX_TOLD).map(({ look }) => differenceText(look)),
  };
}

function allWell(looked: readonly Looked[], rows: readonly ProxyRow[], { looks, snapshot }: Seen): Finding {
  const notPassed = rungNotPassed(
    snapshot,
    looked.map(({ row }) => row),
  );
  const oldest = Math.min(...looked.map(({ look }) => look.at));
  const compared = looked.filter(({ look }) => look.differences !== undefined);
  const evidence = [
    `${looked.length} of ${counted(rows.length, 'proxy', 'proxies')} looked into, the longest ago ${span(snapshot.takenAt - oldest)}`,
  ];
  if (notPassed !== undefined) return { verdict: 'unknown', summary: `rung ${notPassed} not passed`, evidence };
  if (compared.length === 0) {
    const failures = failuresOf(rows, looks);
    const why = failures.length > 0 ? 'did not say' : 'was not asked';
    return {
      ...unknown(`istiod ${why} what it would send`, rows),
      evidence: [...failures.slice(0, MAX_TOLD), ...evidence],
    };
  }
  const who = compared.length === 1 ? 'the proxy looked into holds' : `${compared.length} proxies looked into hold`;
  return { verdict: 'ok', summary: `${who} what istiod would send`, evidence };
}

function differencesOf({ differences }: ProxyInspection): number {
  return ENVOY_SECTIONS.reduce((sum, section) => sum + (differences?.[section]?.length ?? 0), 0);
}

/** `route 8080`, each once. */
function namesOf(differing: readonly Looked[]): readonly string[] {
  const names = differing.flatMap(({ look }) => ENVOY_SECTIONS.flatMap((section) => namesIn(look, section)));
  return [...new Set(names)];
}

function namesIn({ differences, rejections = [] }: ProxyInspection, section: (typeof ENVOY_SECTIONS)[number]) {
  const refused = new Set(rejections.filter((each) => each.section === section).map(({ name }) => name));
  const one = section.slice(0, -1);
  return (differences?.[section] ?? []).map(
    (name) => `${one} ${name === '' ? '(no name)' : name}${refused.has(name) ? ', which Envoy rejected' : ''}`,
  );
}

function differenceText(look: ProxyInspection): string {
  const names = ENVOY_SECTIONS.flatMap((section) => namesIn(look, section));
  return `${podText(look)}: ${firstOf(names)}`;
}

function driftText({ workload, namespace, section, variants, replicas }: SectionVariants): string {
  return `${replicas} replicas of ${workload}.${namespace} hold ${variants} different ${section}`;
}

function ageText({ at }: ProxyInspection, now: number): string {
  return `looked into ${span(now - at)} ago`;
}

function keyOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function podText({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${name}.${namespace}`;
}

function podWord(pod: { readonly namespace: string; readonly name: string }): string {
  return shellWord(podText(pod));
}
