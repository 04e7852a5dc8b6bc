import type { AuthorizationQuestion } from '../../model/authorization-question.ts';
import type { DescribedRequest, RequestField } from '../../model/described-request.ts';
import { type AuthorizationAnswer, answerAuthorization } from '../../rungs/authorization/answer.ts';
import type { Step } from '../../rungs/authorization/decision.ts';
import { type Cell, type Colour, formatTable, oneLine, paint } from './text-table.ts';
import { wrapText } from './wrap-text.ts';

type Answered = Extract<AuthorizationAnswer, { kind: 'answer' }>;

/** What `meshladder authz` prints; or why it cannot. */
export type AuthorizationReport =
  | { readonly problem: string }
  | {
      readonly problem?: undefined;
      readonly decision: Answered['decision'];
      text(options: { readonly width: number; readonly coloured: boolean }): string;
      json(): AuthorizationDocument;
    };

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

export function authorizationReport(question: AuthorizationQuestion): AuthorizationReport {
  const answer = answerAuthorization(question);
  if (answer.kind === 'problem') return { problem: answer.problem };
  return {
    decision: answer.decision,
    text: ({ width, coloured }) => answerText(answer, width, coloured),
    json: () => answerJson(answer),
  };
}

const WORDS: Readonly<Record<Answered['decision'], { readonly text: string; readonly colour: Colour }>> = {
  allow: { text: 'ALLOWED', colour: 'green' },
  deny: { text: 'DENIED', colour: 'red' },
  unknown: { text: 'CANNOT TELL', colour: 'yellow' },
};
const ENFORCERS: Readonly<Record<Answered['target']['enforcer'], string>> = {
  envoy: 'its proxy',
  waypoint: 'a waypoint',
  ztunnel: 'the ztunnel of its node',
  none: 'nobody',
};
const OUTCOMES: Readonly<Record<Step['outcome'], string>> = { yes: 'matches', no: 'no match', unknown: 'cannot tell' };
/** What a policy wrote may be long, and may try to steer a terminal. */
const MAX_REASON = 600;

function answerText(answer: Answered, width: number, coloured: boolean): string {
  const { decision, reason, needs, notes, steps, target } = answer;
  const head = `${paint(WORDS[decision], coloured)}: ${requestText(answer)}`;
  const rows = [
    ['why', reason],
    ...needs.flatMap((need) => (NEEDS[need] === undefined ? [] : [['tell', NEEDS[need]] as const])),
    ...notes.map((note) => ['note', note] as const),
  ].map(([label = '', text = '']) => wrapText(oneLine(text, MAX_REASON), width, `  ${label}`.padEnd(8), ' '.repeat(8)));
  const asked = `\nPolicies that ${ENFORCERS[target.enforcer]} asks, in their order:\n`;
  return `${head}\n${rows.join('')}${steps.length === 0 ? '' : asked + stepsText(steps, coloured)}`;
}

function requestText({ request, target }: Answered): string {
  const { protocol, method, path, host, port, principal, sourceIp } = request;
  const what =
    protocol === 'tcp' ? 'a TCP connection' : [method ?? 'HTTP', path].filter((word) => word !== undefined).join(' ');
  const who = principal === null ? 'a plaintext caller' : (principal ?? 'an unknown caller');
  const parts = [
    `${what} from ${who}`,
    ...(sourceIp === undefined ? [] : [`at ${sourceIp}`]),
    `to ${target.namespace}/${target.name}`,
    ...(port === undefined ? [] : [`port ${port}`]),
    ...(host === undefined ? [] : [`host ${host}`]),
  ];
  return oneLine(parts.join(', '), MAX_REASON);
}

/** Which option says it. */
const NEEDS: Readonly<Partial<Record<RequestField, string>>> = {
  principal: 'who calls: --from POD.NAMESPACE, NAMESPACE/ACCOUNT, a SPIFFE id, or plaintext',
  sourceIp: 'the address the connection comes from: --from-ip',
  remoteIp: 'the address of the first client (X-Forwarded-For): --remote-ip',
  method: '--method',
  path: '--path',
  host: '--host, with its port if the client sends one',
  port: "the container's port: --port",
  destinationIp: "the pod's address: its YAML as the cluster has it, with its status",
  sni: 'the server name of TLS: --sni',
  claims: 'what a good token says: --jwt-claim NAME=VALUE; or --no-jwt',
  labels: "the pod's labels: --label NAME=VALUE, or its YAML among the files",
};

function stepsText(steps: readonly Step[], coloured: boolean): string {
  const rows = steps.map((step): readonly Cell[] => [
    { text: step.action },
    { text: `${step.policyNamespace}/${step.policy}` },
    { text: step.rule === undefined ? '-' : String(step.rule) },
    { text: step.dryRun ? `${OUTCOMES[step.outcome]} (dry run)` : OUTCOMES[step.outcome], ...colourOf(step) },
    { text: oneLine(step.why, MAX_REASON) },
  ]);
  return formatTable(['ACTION', 'POLICY', 'RULE', 'OUTCOME', 'WHY'], rows, coloured);
}

function colourOf({ outcome, action, dryRun }: Step): { readonly colour?: Colour } {
  if (dryRun || outcome === 'no') return { colour: 'dim' };
  if (outcome === 'unknown') return { colour: 'yellow' };
  return action === 'DENY' ? { colour: 'red' } : action === 'ALLOW' ? { colour: 'green' } : {};
}

function answerJson({ decision, reason, by, needs, target, request, notes, steps }: Answered): AuthorizationDocument {
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
