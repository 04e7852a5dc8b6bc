import type { CallerWords } from '../../model/authorization-question.ts';
import type { ObjectMap } from '../../model/cluster.ts';
import { fqdnOf } from '../../model/cluster-domain.ts';
import { current } from '../../model/current.ts';
import { meshRootNamespace } from '../../model/mesh-root.ts';
import type { Observed } from '../../model/observed.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Pod, Service } from '../../model/workload.ts';
import { showsCertificate } from '../mtls/caller-tls.ts';
import type { Scope } from '../rung.ts';
import { hostsCalledBy, podsIn, valuesOf } from '../scope.ts';
import { answerByPolicies } from './answer.ts';
import { authzCommand } from './authz-command.ts';
import type { Decision } from './decision.ts';
import type { AuthorizationPolicy } from './policy.ts';
import { type Denier, denierRuleText, policyCommand } from './policy-words.ts';
import { type PortOfService, portsOfServices } from './port-of-service.ts';
import { AUTHORIZATION_POLICIES, readAuthorizationPolicy } from './read-policy.ts';
import { undecidedWords } from './undecided-words.ts';
import { workloadsBehind } from './workloads-behind.ts';

/** What policies in front of a called service make of a pod's requests, where they do not surely let all in. */
export interface ServerAhead {
  /** `denied`: whatever is asked for; `undecided`: it hangs on what nobody has told, as the path. */
  readonly verdict: 'denied' | 'undecided';
  /** Complete name of the service. */
  readonly host: string;
  /** `payment-svc-v2 of payment-svc`, or the service alone where it is so at all of its workloads. */
  readonly where: string;
  /** `by AuthorizationPolicy shop/readers, rule 0`; of what is undecided a sentence. */
  readonly words: string;
  /** A command to copy. */
  readonly next: string;
}

/** The caller, and all that is asked after on its behalf. */
interface Call {
  readonly snapshot: MeshSnapshot;
  readonly caller: Pod;
  readonly pods: ObjectMap<Pod>;
  readonly policies: readonly AuthorizationPolicy[];
}

/** The services that a pod has called lately and whose servers deny it, or may; the others are left out. */
export function serversAhead(snapshot: MeshSnapshot, scope: Scope): readonly ServerAhead[] {
  const called = hostsCalledBy(snapshot, scope);
  const caller = podsIn(snapshot, scope)?.[0];
  if (called.size === 0 || caller === undefined) return [];
  const { cluster, takenAt, settings } = snapshot;
  const now = <T>(observed: Observed<T>): T | undefined => current(observed, takenAt, settings.staleAfterSeconds);
  const pods = now(cluster.pods);
  const services = now(cluster.services);
  const stored = now(cluster.config[AUTHORIZATION_POLICIES] ?? { state: 'pending' });
  if (pods === undefined || services === undefined || stored === undefined || stored.size === 0) return [];
  const call = { snapshot, caller, pods, policies: [...stored.values()].map(readAuthorizationPolicy) };
  return valuesOf(services)
    .filter((service) => called.has(fqdnOf(service)))
    .flatMap((service) => aheadAt(service, call));
}

/** What one workload behind a service says, over all ports by which the service leads there. */
interface Said extends Pick<ServerAhead, 'verdict' | 'words' | 'next'> {
  readonly workload: string;
}

function aheadAt(service: Service, call: Call): readonly ServerAhead[] {
  const servers = workloadsBehind(service, call.pods, call.snapshot.cluster);
  const said = servers.flatMap(({ pod, workload }) => saidAt(pod, workload, service, call));
  const workloads = new Set(servers.map(({ workload }) => workload));
  return [...Map.groupBy(said, ({ verdict, words }) => `${verdict} ${words}`).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const at = new Set(same.map(({ workload }) => workload));
    const where = at.size === workloads.size ? service.name : `${[...at].join(', ')} of ${service.name}`;
    const { verdict, words, next } = first;
    return { verdict, words, next, where, host: fqdnOf(service) };
  });
}

function saidAt(pod: Pod, workload: string, service: Service, call: Call): readonly Said[] {
  const ports = portsOfServices(pod, [service]).filter(({ port }) => port.protocol === 'TCP');
  const answers = ports.map((port) => ({ port, decision: decisionAt(pod, port, call) }));
  const open = answers.filter(({ decision }) => decision !== undefined && decision.decision !== 'allow');
  const [first] = open;
  if (first?.decision === undefined) return [];
  const { decision, port } = first;
  const isAll = open.length === ports.length && open.every((each) => each.decision?.decision === 'deny');
  const onPort = open.length === ports.length ? '' : `on port ${port.port.port} `;
  const ask = authzCommand(pod, call.caller, port.target);
  if (decision.decision === 'unknown') {
    return [
      { verdict: 'undecided', workload, words: `${onPort}${undecidedWords(decision, call.policies)}`, next: ask },
    ];
  }
  const words = denierWords(decision);
  const next = isNamed(decision.by) ? policyCommand(decision.by, pod.namespace) : ask;
  if (isAll) return [{ verdict: 'denied', workload, words, next }];
  return [{ verdict: 'undecided', workload, words: `on port ${port.port.port} denied ${words}`, next }];
}

/** Undefined where no policy decides, but a lower rung: a connection that mutual TLS refuses is none of theirs. */
function decisionAt(pod: Pod, { service, port, target }: PortOfService, call: Call): Decision | undefined {
  const { snapshot, caller, policies } = call;
  const { cluster, settings } = snapshot;
  const { namespace, name } = caller;
  const isShown = showsCertificate(snapshot, caller, service, port.port);
  const words: CallerWords = isShown ? { kind: 'pod', namespace, name } : { kind: 'unknown' };
  const answer = answerByPolicies(policies, {
    namespace: pod.namespace,
    name: pod.name,
    caller: words,
    request: { port: target },
    cluster,
    rootNamespace: meshRootNamespace(cluster, settings.rootNamespace),
    hypothetical: false,
  });
  if (answer.kind === 'problem') return undefined;
  return answer.decision === 'deny' && answer.by === undefined ? undefined : answer;
}

function denierWords({ by }: Decision): string {
  return isNamed(by) ? `by ${denierRuleText(by)}` : 'by its ALLOW policies, of which no rule matches';
}

function isNamed(by: Decision['by']): by is Denier {
  return by !== undefined && by.policyNamespace !== '';
}
