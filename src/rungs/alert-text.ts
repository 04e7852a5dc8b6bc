/**
 * A sentence for each answer to a query that Prometheus is asked while the alert fires; nothing where there is none.
 * Whoever reads it then need not ask the next rung first.
 * @param query with a `%q` for each of `values`, and no double quotes
 * @param values labels of the alert
 * @param sentence may use `.Labels` and `.Value` of the answer
 */
export function sentences(query: string, values: readonly string[], sentence: string): string {
  const asked = `printf "${query}" ${values.map((label) => `$labels.${label}`).join(' ')}`;
  return `{{ range ${asked} | query }} ${sentence}{{ end }}`;
}

/** Matchers of labels by the values that an alert has for them: `a=%q,b=%q`. */
export function sameAs(labels: readonly string[]): string {
  return labels.map((label) => `${label}=%q`).join(',');
}
