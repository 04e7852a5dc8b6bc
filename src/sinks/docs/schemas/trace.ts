import type { TraceDocument } from '../../report/trace-report.ts';
import { integer, list, nullable, object, type Schema, share, text, word } from './schema.ts';

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
