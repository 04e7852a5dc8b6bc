import { objectKey } from '../../model/cluster.ts';
import { current } from '../../model/current.ts';
import type { Inspections, ProxyInspection } from '../../model/inspection.ts';
import { known } from '../../model/observed.ts';
import type { ProxyRow } from '../../model/proxy-row.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Finding, Scope } from '../rung.ts';
import { leftOutText, rowsIn, rowsNotPassed, rungNotPassed } from '../scope.ts';
import { counted, firstOf, podText, podWord, span } from '../wording.ts';
import { ageText, differencesOf, differenceText, driftText, namesOf } from './look-words.ts';
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
    const look = looks.proxies.get(objectKey(row.namespace, row.name));
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
  const behind = new Set(
    rowsNotPassed(
      snapshot,
      looked.map(({ row }) => row),
    ),
  );
  const settled = differing.filter(({ row }) => !behind.has(row));
  const drifting = driftIn(looks, looked);
  if (settled.length > 0) return differs(settled, drifting, snapshot);
  const [drift] = drifting;
  if (drift !== undefined) return drifts(drift, drifting);
  if (looked.every(({ row }) => behind.has(row))) return noneInSync(looked, differing, { rows, snapshot });
  return allWell(looked, rows, { looks, snapshot, leftOut: [...behind] });
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
    const failure = failed.get(objectKey(row.namespace, row.name));
    return failure === undefined ? [] : [`${podText(row)}: ${failure.detail}`];
  });
}

function lookedText(looked: readonly Looked[], rows: readonly ProxyRow[], { takenAt }: MeshSnapshot): string {
  const oldest = Math.min(...looked.map(({ look }) => look.at));
  const all = counted(rows.length, 'proxy', 'proxies');
  return `${looked.length} of ${all} looked into, the longest ago ${span(takenAt - oldest)}`;
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
function noneInSync(
  looked: readonly Looked[],
  differing: readonly Looked[],
  { rows, snapshot }: { readonly rows: readonly ProxyRow[]; readonly snapshot: MeshSnapshot },
): Finding {
  const notPassed = rungNotPassed(
    snapshot,
    looked.map(({ row }) => row),
  );
  const many = differing.length === 0 ? '' : `; ${counted(differing.length, 'proxy', 'proxies')} behind istiod`;
  const told = differing.slice(0, MAX_TOLD).map(({ look }) => differenceText(look));
  return {
    verdict: 'unknown',
    summary: `rung ${notPassed} not passed${many}`,
    evidence: told.length > 0 ? told : [lookedText(looked, rows, snapshot)],
    ...(notPassed !== undefined && { notPassed }),
  };
}

/** @param leftOut those looked into that are not in sync */
function allWell(
  looked: readonly Looked[],
  rows: readonly ProxyRow[],
  { looks, snapshot, leftOut }: Seen & { readonly leftOut: readonly ProxyRow[] },
): Finding {
  const compared = looked.filter(({ look, row }) => look.differences !== undefined && !leftOut.includes(row));
  const evidence = [lookedText(looked, rows, snapshot)];
  if (compared.length === 0) {
    const failures = failuresOf(rows, looks);
    const why = failures.length > 0 ? 'did not say' : 'was not asked';
    const told = [...failures.slice(0, MAX_TOLD), ...evidence];
    return { ...unknown(`istiod ${why} what it would send`, rows), evidence: told };
  }
  const who = compared.length === 1 ? 'the proxy looked into holds' : `${compared.length} proxies looked into hold`;
  const notPassed = rungNotPassed(snapshot, leftOut);
  const besides = notPassed === undefined ? '' : `; ${leftOutText(leftOut.length, looked.length, notPassed)}`;
  return { verdict: 'ok', summary: `${who} what istiod would send${besides}`, evidence };
}
