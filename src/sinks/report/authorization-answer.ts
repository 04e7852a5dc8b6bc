import type { AuthorizationQuestion } from '../../model/authorization-question.ts';
import type { RequestField } from '../../model/described-request.ts';
import { type AuthorizationAnswer, answerAuthorization } from '../../rungs/authorization/answer.ts';
import { answerService, type ServiceAnswer } from '../../rungs/authorization/answer-service.ts';
import type { Step } from '../../rungs/authorization/decision.ts';
import { type AuthorizationDocument, answerJson } from './authorization-json.ts';
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

export function authorizationReport(question: AuthorizationQuestion): AuthorizationReport {
  const answer = answerService(question) ?? answerAuthorization(question);
  if (answer.kind === 'problem') return { problem: answer.problem };
  if (answer.kind === 'service') return serviceReport(answer.workloads, question);
  return {
    decision: answer.decision,
    text: ({ width, coloured }) => answerText(answer, width, coloured),
    json: () => answerJson(answer),
  };
}

/** The worst of its workloads in full, and what the others say. */
function serviceReport(
  workloads: Extract<ServiceAnswer, { kind: 'service' }>['workloads'],
  { namespace, name }: AuthorizationQuestion,
): AuthorizationReport {
  const [{ workload, answer }] = workloads;
  const each = workloads.map((one) => `${one.workload} ${WORDS[one.answer.decision].text}`).join(', ');
  const of = workloads.length === 1 ? '' : `; of ${workload}:`;
  const head = `service ${name}.${namespace} leads to ${each}${of}`;
  const service = {
    namespace,
    name,
    workloads: workloads.map((one) => ({
      workload: one.workload,
      decision: one.answer.decision,
      reason: one.answer.reason,
    })),
  };
  return {
    decision: answer.decision,
    text: ({ width, coloured }) =>
      wrapText(oneLine(head, MAX_REASON), width, '', '  ') + answerText(answer, width, coloured),
    json: () => ({ ...answerJson(answer), service }),
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
