import { FAMILIES as CONTROL } from '../../rungs/control-plane/families.ts';
import { type Panel, stat, type Target } from './panel.ts';
import { series, seriesOfMesh } from './selector.ts';

/** 0 where the exporter answers, and nothing where it does not. */
const ANSWERS = `0 * max(${series(CONTROL.sourceUp)})`;

/** How many of these there are; 0 where the exporter answers and has none, and nothing where it does not. */
export function counted(expr: string): string {
  return `${expr} or ${ANSWERS}`;
}

/** Series that are there only while something is so; while nothing is, a line at 0 that says none. */
export function orNone(expr: string, legend: string): readonly Target[] {
  return [
    { expr, legend },
    { expr: `${ANSWERS} unless on () (${expr})`, legend: 'none' },
  ];
}

/** Stands on every dashboard: an empty table says that there is none only where this is known and fresh. */
export const AGE: Panel = stat({
  title: 'Age of what is known',
  description:
    'How long ago the source that is furthest behind last answered. Normal: about a minute. Where this is old or not known, an empty panel says nothing; else it says that there is none.',
  runbooks: ['MeshladderSourceStale', 'MeshladderDown'],
  unit: 's',
  steps: [
    [null, 'good'],
    [180, 'warning'],
    [300, 'bad'],
  ],
  expr: `time() - min(max by (mesh_cluster, source) (${seriesOfMesh(CONTROL.sourceLastSuccess)}))`,
});
