import { compareText } from '../../model/text-order.ts';

/** Deeper than any match of Istio's; a spec made to exhaust us is cut there. */
const DEEPEST = 12;

/** The same text for the same JSON, whatever the order of its fields. */
export function canonical(value: unknown, depth = 0): string {
  if (depth > DEEPEST) return '…';
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).sort(([one], [other]) => compareText(one, other));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field, depth + 1)}`).join()}}`;
}
