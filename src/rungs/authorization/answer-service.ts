import type { AuthorizationQuestion } from '../../model/authorization-question.ts';
import { objectKey } from '../../model/cluster.ts';
import { known } from '../../model/observed.ts';
import type { Pod, Service } from '../../model/workload.ts';
import { type AuthorizationAnswer, answerAuthorization } from './answer.ts';
import { podNamed } from './pod-asked.ts';
import { portsOfServices } from './port-of-service.ts';
import { workloadsBehind } from './workloads-behind.ts';

type Answered = Extract<AuthorizationAnswer, { kind: 'answer' }>;

/** What one of the workloads behind a service answers. */
export interface WorkloadAnswer {
  readonly workload: string;
  readonly answer: Answered;
}

/** What a service answers: what its workloads do, who denies first. */
export type ServiceAnswer =
  | { readonly kind: 'service'; readonly workloads: readonly [WorkloadAnswer, ...WorkloadAnswer[]] }
  | Extract<AuthorizationAnswer, { kind: 'problem' }>;

const WORST_FIRST: readonly Answered['decision'][] = ['deny', 'unknown', 'allow'];

/** Asks each workload behind a Service. @returns undefined where a pod or a workload is asked for, or there is no such Service */
export function answerService(question: AuthorizationQuestion): ServiceAnswer | undefined {
  const { cluster, namespace, name, of } = question;
  const service = known(cluster.services)?.get(objectKey(namespace, name));
  if (service === undefined || (of !== 'service' && podNamed(cluster, namespace, name) !== undefined)) return undefined;
  const servers = workloadsBehind(service, known(cluster.pods) ?? new Map(), cluster);
  const answers = servers.map(({ workload, pod }) => ({ workload, answer: askPod(pod, service, question) }));
  const problem = answers.map(({ answer }) => answer).find((answer) => answer.kind === 'problem');
  if (problem !== undefined) return problem;
  const [worst, ...others] = answers
    .flatMap(({ workload, answer }) => (answer.kind === 'answer' ? [{ workload, answer }] : []))
    .toSorted((one, other) => rankOf(one) - rankOf(other));
  if (worst !== undefined) return { kind: 'service', workloads: [worst, ...others] };
  const why = service.selector === undefined ? 'has no selector, so who answers is not known' : 'selects no pod';
  return { kind: 'problem', problem: `service ${namespace}/${name} ${why}` };
}

function rankOf({ answer }: WorkloadAnswer): number {
  return WORST_FIRST.indexOf(answer.decision);
}

/** Who names a service means its port; policies see the container's. */
function askPod(pod: Pod, service: Service, question: AuthorizationQuestion): AuthorizationAnswer {
  const { port } = question.request;
  const ports = portsOfServices(pod, [service]).filter((each) => each.port.protocol === 'TCP');
  const meant =
    port === undefined ? (ports.length === 1 ? ports : []) : ports.filter((each) => each.port.port === port);
  const target = ports.some((each) => each.target === port) ? port : (meant[0]?.target ?? port);
  const request = { ...question.request, ...(target !== undefined && { port: target }) };
  return answerAuthorization({ ...question, name: pod.name, request });
}
