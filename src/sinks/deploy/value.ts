import type { JsonSchema } from '../../config/json-schema.ts';

/** One value of the chart: what it is when nobody sets it, what may be set, and what it means. */
export interface Value {
  readonly kind: 'value';
  readonly fallback: unknown;
  readonly doc: string;
  readonly schema: JsonSchema;
}

/** Values under one key. Other keys beside them are errors. */
export interface ValueGroup {
  readonly kind: 'group';
  readonly doc: string;
  readonly values: Values;
}

export type Values = { readonly [key: string]: Value | ValueGroup };

export function group(doc: string, values: Values): ValueGroup {
  return { kind: 'group', doc, values };
}

/** A value whose schema is another's. */
export function typed(fallback: unknown, doc: string, schema: JsonSchema): Value {
  return { kind: 'value', fallback, doc, schema };
}

export function text(fallback: string, doc: string, pattern?: RegExp): Value {
  return typed(fallback, doc, { type: 'string', ...(pattern !== undefined && { pattern: pattern.source }) });
}

export function word<const T extends string>(words: readonly T[], fallback: NoInfer<T>, doc: string): Value {
  return typed(fallback, doc, { type: 'string', enum: words });
}

export function yesNo(fallback: boolean, doc: string): Value {
  return typed(fallback, doc, { type: 'boolean' });
}

/** `auto`: where the API server has the kind, which `helm template` without `--api-versions` cannot see. */
export function whereKindIs(doc: string): Value {
  return typed('auto', doc, { enum: ['auto', true, false] });
}

export function integer(fallback: number, doc: string, minimum = 0): Value {
  return typed(fallback, doc, { type: 'integer', minimum });
}

/** Names and texts, as labels are. */
export function strings(fallback: Readonly<Record<string, string>>, doc: string): Value {
  return typed(fallback, doc, { type: 'object', additionalProperties: { type: 'string' } });
}

/** Names in a list. */
export function names(doc: string): Value {
  return typed([], doc, { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true });
}

/** Texts in a list, which may be there more than once. */
export function texts(doc: string): Value {
  return typed([], doc, { type: 'array', items: { type: 'string' } });
}

/** A part of a Kubernetes object, handed on as it is. */
export function part(fallback: Readonly<Record<string, unknown>>, doc: string): Value {
  return typed(fallback, doc, { type: 'object' });
}

/** A list of parts of a Kubernetes object, handed on as they are. */
export function parts(doc: string, fallback: readonly unknown[] = []): Value {
  return typed(fallback, doc, { type: 'array', items: { type: 'object' } });
}
