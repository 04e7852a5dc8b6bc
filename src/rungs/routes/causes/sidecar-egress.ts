import { keyOfObject } from '../../../model/cluster.ts';
import { objectsAt, textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject, Labels } from '../../../model/workload.ts';
import { workloadOfPodName } from '../../../model/workload-name.ts';
import { overlaps } from '../../analysis/host-names.ts';
import { meshOf } from '../../analysis/mesh.ts';
import { perWorld } from '../../analysis/per-world.ts';
import { carries, isEmpty, podsIn } from '../../analysis/pods.ts';
import { sidecarsOf } from '../../analysis/sidecars.ts';
import type { World } from '../../analysis/world.ts';
import { firstOf, shellWord } from '../../wording.ts';
import { bindingOf } from './bindings.ts';
import { type Caller, type Cause, type CauseFacts, type Found, type Untold, untold } from './cause.ts';
import { callersText } from './not-bound.ts';

/** The Sidecar of the callers does not import the VirtualService. */
export const sidecarEgress: Cause = {
  id: 'sidecar-egress',
  what: 'A Sidecar of the callers does not import it',
  sign: "`egress.hosts` of the Sidecar that is for the callers does not name the VirtualService's namespace with one of its hosts",
  mend: "add `NAMESPACE/HOST` to the Sidecar's `egress.hosts`",
  find(facts) {
    const { split, object, world, callers } = facts;
    if (split.object.kind !== 'VirtualService' || !bindingOf(object).isForMesh) return undefined;
    const passing = callers.filter(({ past, kind }) => past > 0 && kind === 'sidecar');
    if (passing.length === 0) return undefined;
    const blind = untold(world, 'sidecars.networking.istio.io', 'meshConfigs') ?? selectorsUntold(world, passing);
    return blind ?? hiddenFrom(facts, passing);
  },
};

/** Pods only matter where some Sidecar selects them. */
function selectorsUntold(world: World, passing: readonly Caller[]): Untold | undefined {
  const spaces = new Set(passing.map(({ namespace }) => namespace));
  const selecting = sidecarsOf(world).some(
    ({ object, selector }) => spaces.has(object.namespace) && !isEmpty(selector),
  );
  return selecting ? untold(world, 'pods') : undefined;
}

function hiddenFrom({ object, world }: CauseFacts, passing: readonly Caller[]): Found | undefined {
  const hiding = passing.map((caller) => {
    const sidecar = sidecarFor(world, caller);
    return sidecar === undefined || imports(sidecar, object, caller.namespace) ? undefined : sidecar;
  });
  const [first] = hiding;
  const [sidecar, from] = [first, passing[0]?.namespace];
  if (sidecar === undefined || hiding.includes(undefined)) return undefined;
  const name = keyOfObject(sidecar);
  const wanted = `${object.namespace}/${bindingOf(object).hosts[0] ?? ''}`;
  return {
    isCertain: false,
    text: `Sidecar ${name} does not import it into ${from}`,
    evidence: [`egress hosts: ${firstOf(egressHosts(sidecar), 6)}; ${callersText(passing)}`],
    mend: `add ${wanted} to the egress hosts of Sidecar ${name}`,
    next: `kubectl -n ${shellWord(sidecar.namespace)} get sidecar ${shellWord(sidecar.name)} -o yaml`,
  };
}

const byNamespace = perWorld((world) => Map.groupBy(sidecarsOf(world), ({ object }) => object.namespace));

/** One that selects the workload, else its namespace's, else the root namespace's (Istio API, Sidecar). */
function sidecarFor(world: World, caller: Caller): ConfigObject | undefined {
  const near = byNamespace(world).get(caller.namespace) ?? [];
  const labels = labelsOf(world, caller);
  const selecting = near.find(
    ({ selector }) => !isEmpty(selector) && labels !== undefined && carries(labels, selector),
  );
  const wide = near.find(({ selector }) => isEmpty(selector));
  const root = byNamespace(world).get(meshOf(world).rootNamespace) ?? [];
  return (selecting ?? wide ?? root.find(({ selector }) => isEmpty(selector)))?.object;
}

function labelsOf(world: World, { namespace, workload }: Caller): Labels | undefined {
  return podsIn(world, namespace).find(({ name }) => workloadOfPodName(name) === workload)?.labels;
}

function egressHosts({ spec }: ConfigObject): readonly string[] {
  return objectsAt(spec, 'egress').flatMap((listener) => textsAt(listener, 'hosts'));
}

/** Without egress everything is imported. */
function imports(sidecar: ConfigObject, object: ConfigObject, namespace: string): boolean {
  const entries = egressHosts(sidecar);
  if (objectsAt(sidecar.spec, 'egress').length === 0) return true;
  return entries.some((entry) => {
    const [space = '', host = ''] = entry.includes('/') ? entry.split('/') : ['*', entry];
    const isFrom = space === '*' || (space === '.' ? namespace : space) === object.namespace;
    return isFrom && bindingOf(object).hosts.some((own) => overlaps(host, own));
  });
}
