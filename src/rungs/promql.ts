/** A gauge as it was at the last scrape that worked: one or two that failed must not look like recovery. */
export function lastSeen(selector: string): string {
  return `last_over_time(${selector}[3m])`;
}

/** Mesh by mesh: whether the exporter hears this source. What is not heard is not known to be wrong. */
export function sourceIsUp(source: string): string {
  return `(min by (mesh_cluster) (${lastSeen(`meshladder_source_up{source="${source}"}`)}) == 1)`;
}
