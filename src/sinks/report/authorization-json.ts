import type { DescribedRequest } from '../../model/described-request.ts';
import type { AuthorizationAnswer } from '../../rungs/authorization/answer.ts';
import type { Step } from '../../rungs/authorization/decision.ts';

type Answered = Extract<AuthorizationAnswer, { kind: 'answer' }>;

/** `meshladder authz -o json`. */
export interface AuthorizationDocument {
  readonly decision: Answered['decision'];
  /** One sentence. */
  readonly reason: string;
  /** The rule that decides; null where none does. */
  readonly by: { readonly policy_namespace: string; readonly policy: string; readonly rule: string } | null;
  /** What to tell for a surer answer. */
  readonly needs: Answered['needs'];
  readonly target: Answered['target'];
  /** As understood: what is missing is not known, null is known to be missing. */
  readonly request: RequestDocument;
  readonly notes: readonly string[];
  /** Every rule that was asked, in the proxy's order. */
  readonly steps: readonly StepDocument[];
  /** Where a service was asked for: what each workload behind it answers, who denies first; all else is of the first. */
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly workloads: readonly WorkloadDocument[];
  };
}

export interface WorkloadDocument {
  readonly workload: string;
  readonly decision: Answered['decision'];
  readonly reason: string;
}

export interface RequestDocument
  extends Pick<DescribedRequest, 'protocol' | 'principal' | 'method' | 'path' | 'host' | 'port' | 'sni' | 'claims'> {
  readonly source_ip?: string;
  readonly remote_ip?: string;
  readonly destination_ip?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StepDocument {
  readonly action: Step['action'];
  readonly policy_namespace: string;
  readonly policy: string;
  readonly rule?: number;
  readonly outcome: Step['outcome'];
  readonly dry_run: boolean;
  readonly why: string;
}

/** One answer as a document. */
export function answerJson({
  decision,
  reason,
  by,
  needs,
  target,
  request,
  notes,
  steps,
}: Answered): AuthorizationDocument {
  return {
    decision,
    reason,
    by: by === undefined ? null : { policy_namespace: by.policyNamespace, policy: by.policy, rule: by.rule },
    needs,
    target,
    request: requestJson(request),
    notes,
    steps: steps.map((step) => ({
      action: step.action,
      policy_namespace: step.policyNamespace,
      policy: step.policy,
      ...(step.rule !== undefined && { rule: step.rule }),
      outcome: step.outcome,
      dry_run: step.dryRun,
      why: step.why,
    })),
  };
}

function requestJson(request: DescribedRequest): RequestDocument {
  const { sourceIp, remoteIp, destinationIp, headers, ...rest } = request;
  return {
    ...rest,
    ...(sourceIp !== undefined && { source_ip: sourceIp }),
    ...(remoteIp !== undefined && { remote_ip: remoteIp }),
    ...(destinationIp !== undefined && { destination_ip: destinationIp }),
    ...(headers !== undefined && { headers: Object.fromEntries(headers) }),
  };
}
