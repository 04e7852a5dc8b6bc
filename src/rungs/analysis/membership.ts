import type { ContainerFacts, Deployment, Labels, Namespace, Pod } from '../../model/workload.ts';
import { perWorld } from './per-world.ts';
import type { World } from './world.ts';

/** The labels by which namespaces join the mesh, and the one by which pods do or do not. */
export const INJECTION = 'istio-injection';
export const REVISION = 'istio.io/rev';
export const DATAPLANE_MODE = 'istio.io/dataplane-mode';
export const INJECT = 'sidecar.istio.io/inject';

const namespacesByName = perWorld(({ namespaces }) => new Map(namespaces.map((each) => [each.name, each])));

export function namespaceNamed(world: World, name: string): Namespace | undefined {
  return namespacesByName(world).get(name);
}

interface Workload {
  readonly namespace: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly containers?: ContainerFacts;
}

/** Whether a pod has a sidecar, or would be given one. */
export function isPodInMesh(world: World, pod: Pod): boolean {
  return isInMesh(world, pod);
}

/** Whether the pods of a Deployment have a sidecar, or would be given one. */
export function isDeploymentInMesh(world: World, { namespace, template }: Deployment): boolean {
  return template !== undefined && isInMesh(world, { ...template, namespace });
}

function isInMesh(world: World, { namespace, labels, annotations, containers }: Workload): boolean {
  if (containers?.proxyImage !== undefined) return true;
  const said = labels[INJECT] ?? annotations[INJECT];
  // The word as it is: for istioctl, True is not true.
  if (said !== undefined) return said === 'true';
  return namespaceNamed(world, namespace)?.labels[INJECTION] === 'enabled';
}

/** Whether ztunnel carries the pod's traffic. */
export function isPodInAmbient({ annotations }: Pod): boolean {
  return annotations['ambient.istio.io/redirection'] === 'enabled';
}

export function isNamespaceInAmbient({ labels }: Namespace): boolean {
  if (labels[INJECTION] === 'enabled' || labels[REVISION]) return false;
  return labels[DATAPLANE_MODE] === 'ambient';
}
