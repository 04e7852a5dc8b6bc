import type { MeshSnapshot } from '../../src/model/snapshot.ts';
import type { Rung } from '../../src/rungs/rung.ts';
import { createFamilyText } from '../../src/sinks/metrics/family-text.ts';
import { readExposition } from './exposition.ts';

/**
 * What a rung would add to a scrape, sample by sample as Prometheus sees it, in the order written; without the prefix
 * `meshladder_` and the label `mesh_cluster="Kubernetes"`, which would only hide the rest.
 * @param families names without the prefix; all when none are given
 * @throws when a label set comes twice or a sample has labels its family does not declare
 */
export function rungText(rung: Rung, snapshot: MeshSnapshot, ...families: readonly string[]): readonly string[] {
  const samples = rung.evaluate(snapshot);
  const lines: string[] = [];
  for (const [key, family] of Object.entries(rung.families)) {
    for (const { labels } of samples[key] ?? []) {
      const unknown = Object.keys(labels).filter((label) => !family.labels.includes(label));
      const absent = family.labels.filter((label) => typeof labels[label] !== 'string');
      if (unknown.length + absent.length > 0) throw new Error(`${family.name}: ${unknown} unknown, ${absent} absent`);
    }
    const name = family.name.replace('meshladder_', '');
    if (families.length > 0 && !families.includes(name)) continue;
    const pieces = createFamilyText(family).pieces(samples[key] ?? [], () => {
      throw new Error(`${family.name}: a label set comes twice`);
    });
    for (const { samples: read } of readExposition([...pieces].join('')).values()) {
      for (const [sample, value] of read) lines.push(`${brief(sample)} ${value}`);
    }
  }
  return lines;
}

function brief(sample: string): string {
  return sample
    .replace('meshladder_', '')
    .replace(/mesh_cluster="Kubernetes",?/, '')
    .replace('{}', '');
}
