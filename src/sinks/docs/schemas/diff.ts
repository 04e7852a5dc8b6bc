import type { ApiDiffDocument } from '../../report/diff-api-json.ts';
import type { DiffDocument } from '../../report/diff-report.ts';
import { type Fields, integer, list, nullable, object, type Schema, text, time, word } from './schema.ts';

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
