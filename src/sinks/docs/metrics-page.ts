import type { FamilySpec, Rung } from '../../rungs/rung.ts';
import { SELF_FAMILIES } from '../metrics/self-families.ts';
import { codes, type GeneratedPage, page, table } from './document.ts';

/** Every metric family, from the rungs that declare them. */
export function metricsPage(ladder: readonly Rung[]): GeneratedPage {
  const rungs = ladder.flatMap((rung) => [
    `## ${rung.number}. ${rung.id}`,
    rung.question,
    familyTable(Object.values(rung.families)),
  ]);
  return page('docs/metrics.md', 'Metrics', [
    'Every family of `/metrics`, by the rung of the ladder that answers with it. What is unknown is absent, never zero. Times are Unix seconds. ' +
      '`stable` families keep their name and labels through a major version; `experimental` ones may still change.',
    ...rungs,
    '## The exporter itself',
    familyTable(Object.values(SELF_FAMILIES)),
    'Beside these, `process_*` and `nodejs_*` as prom-client gives them.',
  ]);
}

function familyTable(families: readonly FamilySpec[]): string {
  return table(
    ['Family', 'Type', 'Labels', 'Stability', 'Meaning'],
    families.map(({ name, type, labels, stability, help }) => [`\`${name}\``, type, codes(labels), stability, help]),
  );
}
