import type { ProxyCrowd } from '../istiod/syncz.ts';
import { type KubeObject, type NewObject, objectKey } from '../kube/object.ts';
import { resourceOfKind } from '../kube/resources.ts';
import type { LazyObject, ObjectStore } from '../kube/store.ts';
import { namespaceObject, ownerObjects } from './core-objects.ts';
import { podObject } from './pods.ts';
import { ISTIO_VERSION, ISTIODS, podName, proxyId, type Workload } from './workloads.ts';

const PODS_OF_WORKLOAD = 5;
const PODS_OF_NAMESPACE = 100;
/** Letters and digits as Kubernetes makes names of them. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * Any number of sidecars for load: five to a Deployment, a hundred to a namespace, all of them synced. Nothing of them
 * is kept but their number; each object and each row is made when somebody asks.
 */
export function createCrowd(count: number, bornMs: number): ProxyCrowd {
  const id = (index: number): string => proxyId(member(index));
  return {
    count,
    id,
    find(wanted) {
      const [, ordinal] = /\.load-(\d{3,6})$/.exec(wanted) ?? [];
      const first = Number(ordinal) * PODS_OF_NAMESPACE;
      const among = ordinal === undefined ? [] : [...Array(PODS_OF_NAMESPACE).keys()].map((step) => first + step);
      return among.find((index) => index < count && id(index) === wanted);
    },
    istiod: (index) => ISTIODS[index % ISTIODS.length] ?? '',
    version: ISTIO_VERSION,
    connectedAtMs: bornMs + 5000,
  };
}

/** Adds the crowd's objects to the cluster. */
export function addCrowd(store: ObjectStore, count: number, bornMs: number): void {
  const indices = (every: number): number[] => [...Array(Math.ceil(count / every)).keys()].map((step) => step * every);
  const pods = indices(1).map((index) => lazy(index, (of) => podObject(of, bornMs), podName(member(index))));
  const workloads = indices(PODS_OF_WORKLOAD);
  const deployments = workloads.map((index) => lazy(index, (of) => ownerOf(of, bornMs, 0), member(index).name));
  const replicaSets = workloads.map((index) => {
    const { name, hash } = member(index);
    return lazy(index, (of) => ownerOf(of, bornMs, 1), `${name}-${hash}`);
  });
  const namespaces = indices(PODS_OF_NAMESPACE).map((index) => lazyNamespace(member(index).namespace, bornMs));
  store.addLazy(resourceOfKind('v1', 'Pod'), pods);
  store.addLazy(resourceOfKind('apps/v1', 'Deployment'), deployments);
  store.addLazy(resourceOfKind('apps/v1', 'ReplicaSet'), replicaSets);
  store.addLazy(resourceOfKind('v1', 'Namespace'), namespaces);
}

function ownerOf(workload: Workload, bornMs: number, which: 0 | 1): NewObject {
  const [deployment, replicaSet] = ownerObjects(workload, bornMs);
  const found = which === 0 ? deployment : replicaSet;
  if (found === undefined) throw new Error(`${workload.name} has no owner`);
  return found;
}

function member(index: number): Workload {
  const ordinal = Math.floor(index / PODS_OF_WORKLOAD);
  const app = `app-${String(ordinal % (PODS_OF_NAMESPACE / PODS_OF_WORKLOAD)).padStart(2, '0')}`;
  return {
    namespace: `load-${String(Math.floor(index / PODS_OF_NAMESPACE)).padStart(3, '0')}`,
    app,
    version: 'v1',
    name: app,
    hash: word(ordinal, 9),
    suffix: word(index, 5),
    ip: `10.${64 + ((index >> 16) & 63)}.${(index >> 8) & 255}.${index & 255}`,
    port: 8080,
    serviceAccount: app,
    proxy: 'sidecar',
    istiod: index % ISTIODS.length,
  };
}

/** A word that looks like chance and is another for each number. */
function word(number: number, length: number): string {
  let rest = (Math.imul(number + 1, 2_654_435_761) >>> 0) + number * 4_294_967_296;
  let text = '';
  while (text.length < length) {
    text += ALPHABET[rest % ALPHABET.length];
    rest = Math.floor(rest / ALPHABET.length) + 7919;
  }
  return text;
}

function lazy(index: number, make: (workload: Workload) => NewObject, name: string): LazyObject {
  const { namespace } = member(index);
  const key = objectKey(namespace, name);
  return { key, make: (resourceVersion) => complete(make(member(index)), uidOf(key), resourceVersion) };
}

function lazyNamespace(name: string, bornMs: number): LazyObject {
  const labels = { 'istio-injection': 'enabled' };
  return {
    key: name,
    make: (version) => complete(namespaceObject(name, labels, bornMs), uidOf(name), version),
  };
}

function complete(object: NewObject, uid: string, resourceVersion: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, uid, resourceVersion } };
}

function uidOf(key: string): string {
  const digits = [...key].map((letter) => letter.charCodeAt(0).toString(16)).join('');
  const hex = digits.padEnd(32, '0').slice(-32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
