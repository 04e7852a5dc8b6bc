import { z } from 'zod';
import type { Field } from './field.ts';
import { SECTIONS, TOP } from './schema.ts';

/** A JSON Schema, draft-07, as plain data. */
export type JsonSchema = { readonly [key: string]: unknown };

/**
 * What a configuration file may hold, for editors and for whatever else checks one before the program does. It says
 * less than `loadConfig`: text such as `10s` is only text here, and two keys that contradict each other pass.
 *
 * @param without keys at the top that may not be given
 */
export function configJsonSchema(without: readonly string[] = []): JsonSchema {
  const top = [...Object.entries(TOP)].map(([key, field]) => [key, fieldSchema(field)] as const);
  const sections = Object.entries(SECTIONS).map(([key, fields]) => [key, sectionSchema(fields)] as const);
  return closed([...top, ...sections].filter(([key]) => !without.includes(key)));
}

/** A section without a key below it is empty and no mistake, as in `configSchema`. */
function sectionSchema(fields: Readonly<Record<string, Field<unknown>>>): JsonSchema {
  const { type, ...rest } = closed(Object.entries(fields).map(([key, field]) => [key, fieldSchema(field)]));
  return { type: [type, 'null'], ...rest };
}

function closed(properties: readonly (readonly [string, JsonSchema])[]): JsonSchema {
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) };
}

function fieldSchema({ schema, doc, kind, fallback }: Field<unknown>): JsonSchema {
  const { $schema: _, ...form } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return { description: `${doc} (${kind})`, ...(fallback !== undefined && { default: fallback }), ...form };
}
