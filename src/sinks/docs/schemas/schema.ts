/** A JSON Schema, draft 2020-12, as plain data. */
export type JsonSchema = { readonly [key: string]: unknown };

/** The schema of something. */
export interface AnySchema {
  readonly json: JsonSchema;
}

/**
 * The schema of a `T`. The compiler holds it to the type that the program writes: a key that is added, renamed or of
 * another type there does not compile here.
 */
export interface Schema<T> extends AnySchema {
  /** Never there: it makes the compiler compare types both ways. */
  readonly of?: (value: T) => T;
}

/** A key that may be left out. */
export interface Optional<T> {
  readonly optional: Schema<T>;
}

/** A schema for each key of an object. */
export type Fields<T> = {
  readonly [K in keyof T]-?: undefined extends T[K] ? Optional<Exclude<T[K], undefined>> : Schema<T[K]>;
};

/** An object with these keys and no others. */
export function object<T extends object>(fields: Fields<T>, description?: string): Schema<T> {
  const entries = Object.entries(fields as Readonly<Record<string, AnySchema | { readonly optional: AnySchema }>>);
  return {
    json: {
      type: 'object',
      ...(description !== undefined && { description }),
      properties: Object.fromEntries(
        entries.map(([key, field]) => [key, 'optional' in field ? field.optional.json : field.json]),
      ),
      required: entries.filter(([, field]) => !('optional' in field)).map(([key]) => key),
      additionalProperties: false,
    },
  };
}

export function optional<T>(schema: Schema<T>): Optional<T> {
  return { optional: schema };
}

export function list<T>(schema: Schema<T>, description?: string): Schema<readonly T[]> {
  return { json: { type: 'array', ...(description !== undefined && { description }), items: schema.json } };
}

/** An object whose keys are data. */
export function record<T>(schema: Schema<T>, description?: string): Schema<Readonly<Record<string, T>>> {
  return {
    json: {
      type: 'object',
      ...(description !== undefined && { description }),
      additionalProperties: schema.json,
    },
  };
}

export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  const { description, ...rest } = schema.json;
  return { json: { ...(description !== undefined && { description }), anyOf: [rest, { type: 'null' }] } };
}

/** Exactly one of two forms. */
export function either<A, B>(one: Schema<A>, other: Schema<B>): Schema<A | B> {
  return { json: { oneOf: [...formsOf(one), ...formsOf(other)] } };
}

function formsOf({ json }: AnySchema): readonly unknown[] {
  return Array.isArray(json['oneOf']) ? json['oneOf'] : [json];
}

/** One of these words. */
export function word<const T extends string>(words: readonly T[], description?: string): Schema<T> {
  return { json: { type: 'string', ...(description !== undefined && { description }), enum: words } };
}

export function text(description?: string): Schema<string> {
  return { json: { type: 'string', ...(description !== undefined && { description }) } };
}

/** RFC 3339, in UTC. */
export function time(description?: string): Schema<string> {
  return { json: { type: 'string', format: 'date-time', ...(description !== undefined && { description }) } };
}

export function integer(description?: string): Schema<number> {
  return { json: { type: 'integer', minimum: 0, ...(description !== undefined && { description }) } };
}

/** A share, 0 to 1. */
export function share(description?: string): Schema<number> {
  return { json: { type: 'number', minimum: 0, maximum: 1, ...(description !== undefined && { description }) } };
}

export function yesNo(description?: string): Schema<boolean> {
  return { json: { type: 'boolean', ...(description !== undefined && { description }) } };
}

/** What Envoy, Kubernetes or a token wrote, as it is. */
export function foreign(description: string): Schema<Readonly<Record<string, unknown>>> {
  return { json: { type: 'object', description, additionalProperties: true } };
}
