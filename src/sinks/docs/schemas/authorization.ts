import type {
  AuthorizationDocument,
  RequestDocument,
  StepDocument,
  WorkloadDocument,
} from '../../report/authorization-json.ts';
import {
  foreign,
  integer,
  list,
  nullable,
  object,
  optional,
  record,
  type Schema,
  text,
  word,
  yesNo,
} from './schema.ts';

const request: Schema<RequestDocument> = object<RequestDocument>(
  {
    protocol: word(['http', 'tcp']),
    principal: optional(nullable(text('SPIFFE id without its scheme; null for a caller without mesh certificate.'))),
    method: optional(text()),
    path: optional(text()),
    host: optional(text()),
    port: optional(integer()),
    sni: optional(nullable(text())),
    claims: optional(nullable(foreign('Claims of a token that was found good.'))),
    source_ip: optional(text()),
    remote_ip: optional(text()),
    destination_ip: optional(text()),
    headers: optional(record(text())),
  },
  'As understood: what is missing is not known, null is known to be missing.',
);

const step: Schema<StepDocument> = object<StepDocument>({
  action: word(['CUSTOM', 'DENY', 'ALLOW', 'AUDIT']),
  policy_namespace: text(),
  policy: text(),
  rule: optional(integer()),
  outcome: word(['yes', 'no', 'unknown']),
  dry_run: yesNo('Told in statistics, decides nothing.'),
  why: text(),
});

export const authz: Schema<AuthorizationDocument> = object<AuthorizationDocument>({
  decision: word(['allow', 'deny', 'unknown']),
  reason: text('One sentence.'),
  by: nullable(
    object<NonNullable<AuthorizationDocument['by']>>({ policy_namespace: text(), policy: text(), rule: text() }),
  ),
  needs: list(
    word([
      'principal',
      'sourceIp',
      'remoteIp',
      'method',
      'path',
      'host',
      'port',
      'destinationIp',
      'sni',
      'headers',
      'claims',
      'filterMetadata',
      'labels',
    ]),
    'What to tell for a surer answer.',
  ),
  target: object<AuthorizationDocument['target']>({
    namespace: text(),
    name: text(),
    enforcer: word(['envoy', 'waypoint', 'ztunnel', 'none']),
  }),
  request,
  notes: list(text()),
  steps: list(step, "Every rule that was asked, in the proxy's order."),
  service: optional(
    object<NonNullable<AuthorizationDocument['service']>>({
      namespace: text(),
      name: text(),
      workloads: list(
        object<WorkloadDocument>({
          workload: text(),
          decision: word(['allow', 'deny', 'unknown']),
          reason: text('One sentence.'),
        }),
        'Who denies first; all else in the document is of the first.',
      ),
    }),
  ),
});
