import { type AskedPart, type PodQuery, podsAsked } from '../model/asked-pods.ts';
import { known } from '../model/observed.ts';
import { oneOwner } from '../model/pod-owner.ts';
import { proxyTable } from '../model/proxy-table.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import { nearNames } from './config-near.ts';
import { UserError } from './io.ts';

/** @throws UserError for what nobody has heard of: of nobody all would be well */
export function checkThere({ namespace, name, of }: AskedPart, snapshot: MeshSnapshot): void {
  checkNamespace(namespace, snapshot);
  if (name === undefined || known(snapshot.cluster.pods) === undefined) return;
  const asked: PodQuery = { namespace, name, ...(of !== undefined && { of }) };
  if (podsAsked(snapshot, asked).names.length > 0) return;
  const what = of === undefined || of === 'pods' ? 'pod or workload' : `${oneOwner(of)} with pods`;
  throw new UserError(`${name}.${namespace}: there is no such ${what}; ${hintOf(asked, snapshot)}`);
}

/** A namespace that only istiod knows, through its proxies, is one too. */
function checkNamespace(namespace: string, snapshot: MeshSnapshot): void {
  const namespaces = known(snapshot.cluster.namespaces);
  if (namespaces === undefined) return;
  const names = [
    ...[...namespaces.values()].map(({ name }) => name),
    ...proxyTable(snapshot).map((row) => row.namespace),
  ];
  if (names.includes(namespace)) return;
  const near = nearNames(namespace, [...new Set(names)]);
  const hint = near.length > 0 ? `is it ${near.join(' or ')}?` : 'see kubectl get namespaces';
  throw new UserError(`there is no namespace ${namespace}; ${hint}`);
}

function hintOf({ namespace, name }: PodQuery, { cluster }: MeshSnapshot): string {
  const pods = [...(known(cluster.pods)?.values() ?? [])].filter((pod) => pod.namespace === namespace);
  if (pods.length === 0) return `${namespace} has no pods`;
  const near = nearNames(
    name,
    pods.map((pod) => pod.name),
  );
  return near.length > 0 ? `is it ${near.join(' or ')}?` : `see kubectl -n ${namespace} get pods`;
}
