import { membershipOf } from '../../model/membership.ts';
import { isLeaving } from '../../model/proxy-pod.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { eachInSteps, runSteps, type Steps } from '../../model/steps.ts';
import type { Pod } from '../../model/workload.ts';
import { workloadOfPod } from '../../model/workload-of-pod.ts';
import { oncePerViewInSteps } from './mtls-view.ts';
import { type EffectiveMtls, effectiveMtls, type MtlsMode, modeOfPort } from './peer-authentication.ts';

/** The mode of one port of a workload; its pods may differ while labels change. */
export interface WorkloadMode {
  readonly namespace: string;
  readonly workload: string;
  /** `*` for every port not listed. */
  readonly port: string;
  readonly mode: MtlsMode;
}

/** Ports of the sidecar itself, which no PeerAuthentication is about (Istio docs, "Ports used by Istio"). */
const SIDECAR_PORTS: readonly number[] = [15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090];

/** Modes of every workload that takes mutual TLS; undefined where pods or PeerAuthentications are not known. */
export function workloadModes(snapshot: MeshSnapshot): readonly WorkloadMode[] | undefined {
  return runSteps(workloadModesInSteps(snapshot));
}

export const workloadModesInSteps: (snapshot: MeshSnapshot) => Steps<readonly WorkloadMode[] | undefined> =
  oncePerViewInSteps(function* ({ pods, peerAuthentications, rootNamespace }, { cluster }) {
    const effective = effectiveMtls(peerAuthentications.values(), rootNamespace);
    const modes = new Map<string, WorkloadMode>();
    yield* eachInSteps(pods.values(), (pod) => {
      if (isLeaving(pod) || !takesMtls(pod)) return;
      const workload = workloadOfPod(pod.name, pod, cluster);
      for (const [port, mode] of modesOf(pod, effective(pod))) {
        modes.set(`${pod.namespace}/${workload}/${port}/${mode}`, { namespace: pod.namespace, workload, port, mode });
      }
    });
    return [...modes.values()];
  });

/** A gateway's servers say for themselves what TLS they want. */
function takesMtls(pod: Pod): boolean {
  return ['sidecar', 'native_sidecar', 'ambient'].includes(membershipOf(pod));
}

function modesOf(pod: Pod, effective: EffectiveMtls): readonly (readonly [port: string, mode: MtlsMode])[] {
  const declared = pod.ports.filter(({ protocol }) => protocol === 'TCP').map(({ port }) => port);
  const ports = new Set([...declared.filter((port) => !SIDECAR_PORTS.includes(port)), ...effective.ports.keys()]);
  return [
    ['*', effective.workload.mode],
    ...[...ports].map((port) => [String(port), modeOfPort(effective, port).mode] as const),
  ];
}
