import { CLUSTER_DOMAIN, fqdnOf } from '../../model/cluster-domain.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Pod, Service } from '../../model/workload.ts';
import { clientTls } from './client-tls.ts';
import { type DestinationRules, destinationRules, readDestinationRule } from './destination-rules.ts';
import { autoMtlsIsOff, defaultExportTo } from './mesh-tls.ts';
import { oncePerView } from './mtls-view.ts';

interface ToldCallers {
  readonly rules: DestinationRules;
  readonly autoMtls: boolean;
}

/** Undefined where DestinationRules are not known. */
const toldCallers = oncePerView(({ destinationRules: stored, meshConfigs, rootNamespace }): ToldCallers | undefined => {
  if (stored === undefined) return undefined;
  const read = [...stored.values()].flatMap((each) => readDestinationRule(each, CLUSTER_DOMAIN) ?? []);
  const rules = destinationRules(read, { rootNamespace, defaultExportTo: defaultExportTo(meshConfigs) });
  return { rules, autoMtls: !autoMtlsIsOff(meshConfigs) };
});

/**
 * Whether a pod with a proxy surely shows its mesh certificate to a port of a service, if the server asks for one: no
 * DestinationRule, of whatever subset, tells it to speak otherwise, and auto mTLS is on, or a rule asks for it.
 */
export function showsCertificate(snapshot: MeshSnapshot, caller: Pod, service: Service, port: number): boolean {
  const told = toldCallers(snapshot);
  if (told === undefined) return false;
  const rule = told.rules.forCaller(caller, { host: fqdnOf(service), namespace: service.namespace });
  const subsets = ['', ...(rule?.subsets ?? []).map(({ name }) => name)];
  return subsets.every((subset) => {
    const mode = rule === undefined ? undefined : clientTls(rule, subset, port)?.mode;
    return mode === undefined ? told.autoMtls : mode === 'ISTIO_MUTUAL';
  });
}
