import type { ContainerFacts } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { record, records, text } from './fields.ts';

const PROXY = 'istio-proxy';
/** Istio's proxies run as this user, and their traffic is told from the application's by it. */
const PROXY_USER = 1337;

/** What analysis reads of the spec of a pod or of a pod template; empty for most that are outside the mesh. */
export function containerFacts(spec: RawObject): ContainerFacts {
  const containers = records(spec['containers']);
  const proxy = [...containers, ...records(spec['initContainers'])].find(({ name }) => name === PROXY);
  const proxyImage = text(proxy?.['image']);
  const reserved = isReserved(spec) || containers.some((each) => !isProxyOrOperator(each) && isReserved(each));
  return { ...(proxyImage !== undefined && { proxyImage }), ...(reserved && { reservedUser: true as const }) };
}

function isProxyOrOperator({ name }: RawObject): boolean {
  return name === PROXY || name === 'istio-operator';
}

function isReserved(specOrContainer: RawObject): boolean {
  return record(specOrContainer['securityContext'])?.['runAsUser'] === PROXY_USER;
}

/** The names of the environment variables that are given a value, in any container. */
export function givenEnvironment(spec: RawObject): readonly string[] {
  const variables = records(spec['containers']).flatMap((container) => records(container['env']));
  return variables.flatMap(({ name, value }) => (typeof name === 'string' && text(value) ? [name] : []));
}
