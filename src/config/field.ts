import { z } from 'zod';
import type { ListenAddress, Milliseconds } from './config.ts';
import { parseBytes, parseDuration, parseListenAddress } from './units.ts';

/** One key of the configuration: what it accepts, what it is when left out, and what it means. */
export interface Field<T> {
  /** For "must be …" and the docs: `a duration such as 10s`. */
  readonly kind: string;
  /** The same for one item of a list or map. */
  readonly itemKind?: string;
  /** As one would write it in YAML; undefined: the key may be left out and nothing stands for it. */
  readonly fallback: unknown;
  readonly doc: string;
  /** How an override, which is always text, becomes what YAML would have given. */
  readonly fromText: (text: string) => unknown;
  readonly schema: z.ZodType<T>;
}

/** One field for each key. */
export type Fields<T> = { readonly [K in keyof T]: Field<T[K]> };

const asText = (text: string): unknown => text;
const asNumber = (text: string): unknown => (/^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text);
const asList = (text: string): unknown => (text.trim() === '' ? [] : text.split(',').map((part) => part.trim()));

/** Parses text by a function that gives the value, or what is wrong with the text and what to write instead. */
function parsed<T>(parse: (text: string) => T | { readonly problem: string }): z.ZodType<T> {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (typeof value !== 'object' || value === null || !('problem' in value)) return value as T;
    context.addIssue({ code: 'custom', message: value.problem });
    return z.NEVER;
  });
}

export function duration(fallback: string, doc: string): Field<Milliseconds> {
  return { kind: 'a duration such as 10s', fallback, doc, fromText: asText, schema: parsed(parseDuration) };
}

export function bytes(fallback: string, doc: string): Field<number> {
  return { kind: 'a size such as 64MiB', fallback, doc, fromText: asText, schema: parsed(parseBytes) };
}

export function listenAddress(fallback: string, doc: string): Field<ListenAddress> {
  return { kind: 'an address such as :19012', fallback, doc, fromText: asText, schema: parsed(parseListenAddress) };
}

/** The same where it may be left out. */
export function optionalListenAddress(doc: string): Field<ListenAddress | undefined> {
  const { schema, ...field } = listenAddress('', doc);
  return { ...field, fallback: undefined, schema: schema.optional() };
}

export function oneOf<const T extends string>(values: readonly [T, ...T[]], fallback: T, doc: string): Field<T> {
  return {
    kind: `one of ${values.join(', ')}`,
    fallback,
    doc,
    fromText: asText,
    schema: z.enum(values) as z.ZodType<T>,
  };
}

export function text(
  fallback: string,
  doc: string,
  rule?: { readonly pattern: RegExp; readonly kind: string },
): Field<string> {
  const schema = z.string().min(1).max(10_000);
  return {
    kind: rule?.kind ?? 'text',
    fallback,
    doc,
    fromText: asText,
    schema: rule === undefined ? schema : schema.regex(rule.pattern),
  };
}

/** Text that may be left out. */
export function optionalText(kind: string, doc: string, pattern: RegExp = /./): Field<string | undefined> {
  const schema = z.string().min(1).max(4096).regex(pattern).optional();
  return { kind, fallback: undefined, doc, fromText: asText, schema };
}

/** Yes or no. */
export function flag(fallback: boolean, doc: string): Field<boolean> {
  const fromText = (given: string): unknown => ({ true: true, false: false })[given.trim()] ?? given;
  return { kind: 'true or false', fallback, doc, fromText, schema: z.boolean() };
}

export function count(fallback: number, doc: string): Field<number> {
  return {
    kind: 'a whole number above 0',
    fallback,
    doc,
    fromText: asNumber,
    schema: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  };
}

/** A place among several, counted from 0, or `auto`. */
export function ordinal(fallback: number, doc: string): Field<number | 'auto'> {
  return {
    kind: 'a whole number from 0, or auto',
    fallback,
    doc,
    fromText: asNumber,
    schema: z.union([z.number().int().min(0).max(Number.MAX_SAFE_INTEGER), z.literal('auto')]),
  };
}

export function list(itemKind: string, pattern: RegExp, doc: string): Field<readonly string[]> {
  return {
    kind: `a list, each ${itemKind}`,
    itemKind,
    fallback: [],
    doc,
    fromText: asList,
    schema: z.array(z.string().max(2048).regex(pattern)).max(10_000),
  };
}

/** `name: number` pairs, always with a `default`. */
export function limits(
  fallback: number,
  doc: string,
): Field<Readonly<Record<string, number>> & { readonly default: number }> {
  const pair = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
  return {
    kind: 'a map of family names to whole numbers above 0',
    itemKind: 'a whole number above 0',
    fallback: { default: fallback },
    doc,
    fromText: (given) => {
      const named = asList(given) as string[];
      return Object.fromEntries(
        named.map((part) => part.split('=')).map(([name = '', value = '']) => [name, asNumber(value)]),
      );
    },
    schema: z.record(z.string(), pair).transform((given) => ({ default: fallback, ...given })),
  };
}
