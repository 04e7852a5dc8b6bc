/** What a running exporter, or anybody in its place, may have answered: shapes of parsed JSON. */

export function isListOf(value: unknown, is: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

/** Whether each of them is text. */
export function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}
