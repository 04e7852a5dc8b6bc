import type { MeshSnapshot } from '../../model/snapshot.ts';
import { workloadOfPod } from '../../model/workload-of-pod.ts';
import type { Finding, Scope } from '../rung.ts';
import { hostsCalledBy, hostsOfPod, membersWith, podsIn } from '../scope.ts';
import { firstOf, shellWord, shortHost } from '../wording.ts';
import type { ConflictReason, MtlsConflict } from './conflict.ts';
import { mtlsConflicts } from './conflicts.ts';
import { type WorkloadMode, workloadModes } from './modes.ts';

const WORDS: Readonly<Record<ConflictReason, string>> = {
  plaintext_to_strict: 'callers are told to send plaintext, and the server is STRICT',
  tls_to_strict: 'callers are told to use TLS without a mesh certificate, and the server is STRICT',
  mtls_to_disabled: 'callers are told to use mTLS, and the server has it disabled',
  mtls_to_no_proxy: 'callers are told to use mTLS, and no sidecar answers',
  auto_mtls_off: 'auto mTLS is off, no rule asks for TLS, and the server is STRICT',
  pods_outside_mesh: 'the server is STRICT, and pods without a proxy run beside it',
};

/** Whether clients and servers are told the same of mTLS. */
export function examineMtls(snapshot: MeshSnapshot, scope: Scope): Finding {
  const conflicts = mtlsConflicts(snapshot);
  const modes = workloadModes(snapshot);
  if (conflicts === undefined || modes === undefined) {
    return { verdict: 'unknown', summary: 'pods or PeerAuthentications are not known', evidence: [] };
  }
  const asked = conflictsAsked(conflicts, snapshot, scope);
  const told = modeTexts(
    membersWith(modes, scope.namespace, ({ namespace }) => namespace),
    snapshot,
    scope,
  );
  // Whether pods outside of the mesh call a STRICT server, nobody said: that they could is no fault.
  const faults = asked.filter(({ reason }) => reason !== 'pods_outside_mesh');
  const evidence = [...new Set([...asked.map(conflictText), ...(told.length > 3 ? told : [])])].slice(0, 6);
  const [first] = faults;
  if (first === undefined) return { verdict: 'ok', summary: modesText(told), evidence };
  return {
    verdict: 'finding',
    summary: firstOf(
      [...new Set(faults.map(({ destination, reason }) => `${shortHost(destination)}: ${WORDS[reason]}`))],
      2,
    ),
    evidence,
    next: objectCommand(first),
  };
}

function namespaceOfHost({ destination }: MtlsConflict): string {
  return destination.split('.')[1] ?? '';
}

/** Of a pod, those of the services it stands behind or has called: the calls of either end fail. */
function conflictsAsked(
  conflicts: readonly MtlsConflict[],
  snapshot: MeshSnapshot,
  scope: Scope,
): readonly MtlsConflict[] {
  if (scope.name === undefined) return membersWith(conflicts, scope.namespace, namespaceOfHost);
  const own = hostsOfPod(snapshot, podsIn(snapshot, scope)?.[0]);
  const called = hostsCalledBy(snapshot, scope);
  return conflicts.filter(({ destination, reason }) => {
    return own.has(destination) || (reason !== 'pods_outside_mesh' && called.has(destination));
  });
}

/** `HOST: what is wrong (KIND NAMESPACE/NAME)`. */
export function conflictText({ object, destination, reason }: MtlsConflict): string {
  return `${destination}: ${WORDS[reason]} (${kindOf(reason)} ${object.namespace}/${object.name})`;
}

function kindOf(reason: ConflictReason): string {
  return reason === 'auto_mtls_off' || reason === 'pods_outside_mesh' ? 'PeerAuthentication' : 'DestinationRule';
}

export function objectCommand({ object, reason }: MtlsConflict): string {
  const kind = kindOf(reason).toLowerCase();
  return `kubectl -n ${shellWord(object.namespace)} get ${kind} ${shellWord(object.name)} -o yaml`;
}

/** Of a pod, each port; of more, the modes that occur. */
function modeTexts(modes: readonly WorkloadMode[], snapshot: MeshSnapshot, scope: Scope): readonly string[] {
  if (scope.name === undefined) return [...new Set(modes.map(({ mode }) => mode))];
  const pod = podsIn(snapshot, scope)?.[0];
  const own = workloadOfPod(scope.name, pod, snapshot.cluster);
  return modes
    .filter(({ workload }) => workload === own)
    .map(({ port, mode }) => `${port === '*' ? 'every other port' : `port ${port}`}: ${mode}`);
}

function modesText(told: readonly string[]): string {
  return told.length === 0 ? 'no server that takes mTLS' : `no conflict; ${firstOf(told)}`;
}
