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

/** How many, of what comes one by one: `increase` makes 20.34 requests of 20. */
export const WHOLE_VALUE = '{{ printf "%.0f" $value }}';

/** The same of an answer to a query, within `sentences`. */
export const WHOLE_ANSWER = '{{ printf "%.0f" .Value }}';
