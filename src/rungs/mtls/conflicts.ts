import { CLUSTER_DOMAIN } from '../../model/cluster-domain.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import { callersOf, plaintextPods } from './callers.ts';
import { clientTls, speaksOfTls } from './client-tls.ts';
import { type Calls, type Destination, destinationOf, type MtlsConflict } from './conflict.ts';
import { destinationRules, readDestinationRule } from './destination-rules.ts';
import { autoMtlsIsOff, defaultExportTo } from './mesh-tls.ts';
import { type MtlsView, oncePerView } from './mtls-view.ts';
import { effectiveMtls } from './peer-authentication.ts';
import { ruleConflicts } from './rule-conflicts.ts';
import { serversOf } from './servers.ts';

/** Every conflict, each once; undefined where pods or PeerAuthentications are not known. */
export const mtlsConflicts: (snapshot: MeshSnapshot) => readonly MtlsConflict[] | undefined = oncePerView((view) => {
  const found = new Map<string, MtlsConflict>();
  for (const conflict of findConflicts(view)) {
    const { object, destination, reason } = conflict;
    found.set(`${object.namespace}/${object.name} ${destination} ${reason}`, conflict);
  }
  return [...found.values()];
});

function* findConflicts(view: MtlsView): Iterable<MtlsConflict> {
  const { pods, services, peerAuthentications, rootNamespace } = view;
  if (services === undefined) return;
  const find = serversOf(pods, effectiveMtls(peerAuthentications.values(), rootNamespace));
  const destinations = [...services.values()].map((service) => destinationOf(service, find));
  yield* besideStrict(destinations, view);
  if (view.destinationRules === undefined) return;
  const read = [...view.destinationRules.values()].flatMap((each) => readDestinationRule(each, CLUSTER_DOMAIN) ?? []);
  const rules = destinationRules(read, { rootNamespace, defaultExportTo: defaultExportTo(view.meshConfigs) });
  const callers = callersOf(pods, rules.selective);
  yield* ruleConflicts(read.filter(speaksOfTls), destinations, { rules, callers });
  if (autoMtlsIsOff(view.meshConfigs)) yield* withoutAutoMtls(destinations, { rules, callers });
}

function* withoutAutoMtls(destinations: readonly Destination[], { rules, callers }: Calls): Iterable<MtlsConflict> {
  for (const destination of destinations) {
    for (const { kind, mode, servicePort } of destination.servers()) {
      if (kind !== 'proxy' || mode.mode !== 'STRICT' || mode.by === undefined) continue;
      const plain = callers.some((caller) => {
        const rule = rules.forCaller(caller, destination);
        return rule === undefined || clientTls(rule, '', servicePort) === undefined;
      });
      if (plain) yield { object: mode.by, destination: destination.host, reason: 'auto_mtls_off' };
    }
  }
}

function* besideStrict(destinations: readonly Destination[], { pods }: MtlsView): Iterable<MtlsConflict> {
  const outside = plaintextPods(pods);
  for (const destination of destinations) {
    if (!outside.has(destination.namespace)) continue;
    for (const { kind, mode } of destination.servers()) {
      if (kind === 'none' || mode.mode !== 'STRICT' || mode.by === undefined) continue;
      yield { object: mode.by, destination: destination.host, reason: 'pods_outside_mesh' };
    }
  }
}
