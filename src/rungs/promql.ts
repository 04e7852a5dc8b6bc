import type { SourceName } from '../model/source-health.ts';

const UP = 'meshladder_source_up';

/**
 * A gauge, bridged over scrapes that failed, over a restart, and while its source is down: none must look like recovery.
 * Only then: while its source is up, a series that is gone is gone at once, and a thing of one scrape does not hold for
 * three minutes.
 * @param selector of one family
 * @param source what feeds that family
 */
export function lastSeen(selector: string, source: SourceName): string {
  return `(${selector} or (last_over_time(${selector}[3m]) unless on (mesh_cluster) ${UP}{source="${source}"} == 1))`;
}

/** Mesh by mesh: whether the exporter hears this source. What is not heard is not known to be wrong. */
export function sourceIsUp(source: SourceName): string {
  return `(min by (mesh_cluster) (last_over_time(${UP}{source="${source}"}[3m])) == 1)`;
}

/**
 * What pages rest on: what was so when its source was last heard stays so for a quarter of an hour in which nobody hears
 * it. A page that ends because we are blind says that all is well. The rule reads what it recorded at its last evaluation:
 * what had ended by then does not come back.
 * @param record the name of the recording, whose labels have `mesh_cluster` among them
 * @param expr what it is while its source is heard
 */
export function heldWhileBlind(record: string, expr: string, source: SourceName): string {
  const heardLately = `(min by (mesh_cluster) (max_over_time(${UP}{source="${source}"}[15m])) == 1)`;
  return `${expr}\nor (${record} unless on (mesh_cluster) ${sourceIsUp(source)} and on (mesh_cluster) ${heardLately})`;
}

/**
 * How much counters have grown in five minutes, with what a series was born with while its target was scraped: `increase`
 * misses that.
 * @param scrapedBefore a series of each target of the counter that was scraped five minutes ago
 */
export function grown(
  counter: string,
  by: readonly string[],
  scrapedBefore = 'meshladder_build_info offset 5m',
): string {
  const level = by.join(', ');
  const born = `min_over_time(${counter}[5m]) unless ${counter} offset 5m and on (job, instance) ${scrapedBefore}`;
  return [
    `sum by (${level}) (increase(${counter}[5m]))`,
    `+ (sum by (${level}) (${born}) or 0 * sum by (${level}) (${counter}))`,
  ].join('\n');
}
