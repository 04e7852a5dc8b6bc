import { FINDING_LEVELS } from '../../../model/analysis.ts';
import type { AnalysisDocument, FindingDocument } from '../../report/analysis.ts';
import type { FindingsDocument, StandingFindingDocument } from '../../report/findings-json.ts';
import { integer, list, nullable, object, type Schema, text, time, word } from './schema.ts';

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
