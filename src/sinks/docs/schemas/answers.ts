import { FINDING_LEVELS } from '../../../model/analysis.ts';
import type { AnalysisDocument, FindingDocument } from '../../report/analysis.ts';
import type {
  AuthorizationDocument,
  RequestDocument,
  StepDocument,
  WorkloadDocument,
} from '../../report/authorization-json.ts';
import type { ApiDiffDocument } from '../../report/diff-api-json.ts';
import type { DiffDocument } from '../../report/diff-report.ts';
import type { FindingsDocument, StandingFindingDocument } from '../../report/findings-json.ts';
import type { TraceDocument } from '../../report/trace-report.ts';
import {
  type Fields,
  foreign,
  integer,
  list,
  nullable,
  object,
  optional,
  record,
  type Schema,
  share,
  text,
  time,
  word,
  yesNo,
} from './schema.ts';

const section = word(['clusters', 'listeners', 'routes', 'endpoints']);

const diffFields: Fields<DiffDocument> = {
  verdict: word(
    ['same', 'differs', 'unknown'],
    'unknown: nothing differs in what could be compared, and something could not be.',
  ),
  sides: list(text(), 'What the first and the second dump are called.'),
  sections: list(
    object<DiffDocument['sections'][number]>({
      section,
      state: word(['same', 'differs', 'unknown']),
      compared: integer(),
      differences: integer(),
    }),
  ),
  differences: list(
    object<DiffDocument['differences'][number]>({
      section,
      name: text(),
      kind: word(['changed', 'only_first', 'only_second']),
      diff: text('Hunks of a unified diff, `-` the first side, `+` the second.'),
    }),
  ),
  rejections: list(
    object<DiffDocument['rejections'][number]>({
      section,
      name: text(),
      details: text("Envoy's own words."),
      side: text(),
      at: nullable(time()),
    }),
    'Updates that an Envoy refused: it keeps what it had.',
  ),
  warming: list(
    object<DiffDocument['warming'][number]>({ side: text(), section, name: text() }),
    'Newer ones that wait for something: they are not in force yet.',
  ),
  problems: list(text(), 'What in the dumps could not be read.'),
};

export const diff: Schema<DiffDocument> = object<DiffDocument>(diffFields);

export const apiDiff: Schema<ApiDiffDocument> = object<ApiDiffDocument>({
  at: time('When the look began.'),
  about: object<ApiDiffDocument['about']>({ namespace: text(), pod: text() }),
  ...diffFields,
  leftOut: integer('Differences that are not listed; `sections` counts them all.'),
});

type Branch = TraceDocument['branches'][number];

const verdict = word(['reaches', 'answers', 'leaves', 'breaks', 'unknown']);
const steps = list(
  object<TraceDocument['steps'][number]>({
    kind: word(['listener', 'filter chain', 'virtual host', 'route', 'cluster', 'endpoints']),
    name: text(),
    facts: list(text()),
  }),
);
const END_REASONS = [
  'endpoints',
  'original_destination',
  'panic',
  'redirect',
  'direct_response',
  'passthrough',
  'black_hole',
  'no_listener',
  'no_filter_chain',
  'no_route_config',
  'no_virtual_host',
  'no_route',
  'no_cluster',
  'no_subset',
  'cluster_warming',
  'no_endpoints',
  'all_unhealthy',
  'all_ejected',
  'not_in_dump',
  'undecided',
] as const;

export const trace: Schema<TraceDocument> = object<TraceDocument>({
  verdict,
  request: object<TraceDocument['request']>({
    direction: text(),
    protocol: text(),
    method: text(),
    host: text(),
    port: integer(),
    path: text(),
  }),
  steps,
  branches: list(
    object<Branch>({
      share: share(),
      steps,
      end: object<Branch['end']>({
        verdict,
        reason: word(END_REASONS),
        summary: text(),
        flag: nullable(text('The response flag that the proxy logs, where it does.')),
        next: nullable(text('A command to copy.')),
      }),
    }),
    'Where each share of the requests goes.',
  ),
});

const findingFields = {
  code: text('`IST0101` as istioctl says, `ML0001` of our own.'),
  level: word(FINDING_LEVELS),
  object: text('`kind/namespace/name`, or `kind/name` for objects of the whole cluster.'),
  kind: text(),
  namespace: text(),
  name: text(),
  text: text(),
};

export const finding: Schema<FindingDocument> = object<FindingDocument>(findingFields);

const unknownCodes = list(
  object<AnalysisDocument['unknown'][number]>({ codes: list(text()), why: text() }),
  'What could not be looked at: never to be taken for nothing found.',
);

export const analyze: Schema<AnalysisDocument> = object<AnalysisDocument>({
  findings: list(finding, 'Worst first.'),
  unknown: unknownCodes,
  suppressed: integer(),
  notes: list(text()),
});

export const findings: Schema<FindingsDocument> = object<FindingsDocument>({
  at: time('What all of it is true of.'),
  analysedAt: nullable(time('When configuration was analysed last; null: not yet, and nothing below is known.')),
  findings: nullable(
    list(
      object<StandingFindingDocument>({
        ...findingFields,
        since: nullable(time('Since when it stands, as far as the exporter has seen.')),
      }),
      'Those asked for, worst first.',
    ),
  ),
  suppressed: nullable(integer('How many of those asked for `analysis.suppress` leaves out.')),
  unknown: nullable(unknownCodes),
});

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
