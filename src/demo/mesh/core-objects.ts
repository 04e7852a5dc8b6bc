import { kubeTime, type NewObject } from '../kube/object.ts';
import { labelsOf } from './pods.ts';
import type { MeshService } from './services.ts';
import { NODE, podName, WORKLOADS, type Workload } from './workloads.ts';

/** Namespaces of the cluster and the labels that decide who is injected. */
const NAMESPACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bookinfo: { 'istio-injection': 'enabled' },
  default: {},
  'istio-system': {},
  'kube-node-lease': {},
  'kube-public': {},
  'kube-system': {},
  legacy: {},
  payment: { 'istio-injection': 'enabled' },
};

export function namespaceObjects(bornMs: number): NewObject[] {
  return Object.entries(NAMESPACES).map(([name, labels]) => namespaceObject(name, labels, bornMs));
}

export function namespaceObject(name: string, labels: Readonly<Record<string, string>>, bornMs: number): NewObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      creationTimestamp: kubeTime(bornMs),
      labels: { ...labels, 'kubernetes.io/metadata.name': name },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

export function nodeObject(bornMs: number): NewObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: NODE, creationTimestamp: kubeTime(bornMs), labels: { 'kubernetes.io/hostname': NODE } },
    spec: {},
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

export function serviceObject({ namespace, name, clusterIp, ports, pods }: MeshService, bornMs: number): NewObject {
  const [first] = pods;
  const app = first === undefined ? name : WORKLOADS[first].app;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, creationTimestamp: kubeTime(bornMs), labels: { app } },
    spec: {
      ports: ports.map(({ protocol = 'TCP', ...port }) => ({ ...port, protocol })),
      selector: { app },
      clusterIP: clusterIp,
      clusterIPs: [clusterIp],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: {} },
  };
}

/** The slice of a Service; the controller writes `endpoints: null` where nobody is behind it. */
export function endpointSliceObject(service: MeshService, bornMs: number): NewObject {
  const { namespace, name, ports, pods, outside = [] } = service;
  const endpoints = [...pods.map((pod) => endpoint(WORKLOADS[pod])), ...outside.map(outsideEndpoint)];
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-demo1`,
      namespace,
      creationTimestamp: kubeTime(bornMs),
      labels: {
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        'kubernetes.io/service-name': name,
      },
    },
    addressType: 'IPv4',
    endpoints: endpoints.length === 0 ? null : endpoints,
    ports: ports.map(({ name: portName, targetPort, protocol = 'TCP' }) => ({
      name: portName,
      port: targetPort,
      protocol,
    })),
  };
}

function endpoint(workload: Workload): object {
  return {
    addresses: [workload.ip],
    conditions: { ready: true, serving: true, terminating: false },
    targetRef: { kind: 'Pod', namespace: workload.namespace, name: podName(workload) },
    nodeName: NODE,
  };
}

function outsideEndpoint(address: string): object {
  return { addresses: [address], conditions: { ready: true, serving: true, terminating: false } };
}

/** The Deployment and the ReplicaSet above a pod. */
export function ownerObjects(workload: Workload, bornMs: number, replicas = 1): NewObject[] {
  const { namespace, name, app, version, hash } = workload;
  const creationTimestamp = kubeTime(bornMs);
  const labels = { app, ...(version !== undefined && { version }) };
  const spec = { replicas, selector: { matchLabels: labels }, template: { metadata: { labels } } };
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, controller: true };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, creationTimestamp, labels },
      spec,
      status: { replicas, readyReplicas: replicas },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${name}-${hash}`,
        namespace,
        creationTimestamp,
        labels: labelsOf(workload),
        ownerReferences: [owner],
      },
      spec,
      status: { replicas, readyReplicas: replicas },
    },
  ];
}
