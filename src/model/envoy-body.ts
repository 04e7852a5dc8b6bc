import { type SpecObject, specField, specList, specObject, specText } from './spec-fields.ts';

/**
 * A message of Envoy's as its JSON has it. Envoy writes `virtual_hosts`, istiod and istioctl write `virtualHosts`:
 * the readers below take either.
 */
export type EnvoyBody = SpecObject;

const CAMEL = new Map<string, string>();

/**
 * A field of a message.
 * @param name as Envoy's API has it, in snake_case
 */
export function bodyField(body: EnvoyBody | undefined, name: string): unknown {
  return specField(body, name) ?? specField(body, camelOf(name));
}

/** A field of a message that is a message. */
export function bodyObject(body: EnvoyBody | undefined, name: string): EnvoyBody | undefined {
  return specObject(bodyField(body, name));
}

/** The messages of a repeated field; anything else in it is left out. */
export function bodyObjects(body: EnvoyBody | undefined, name: string): readonly EnvoyBody[] {
  return specList(bodyField(body, name))
    .map(specObject)
    .filter((each) => each !== undefined);
}

/** A text that is there. */
export function bodyText(body: EnvoyBody | undefined, name: string): string | undefined {
  const text = specText(bodyField(body, name));
  return text === '' ? undefined : text;
}

/** The texts of a repeated field; anything else in it is left out. */
export function bodyTexts(body: EnvoyBody | undefined, name: string): readonly string[] {
  return specList(bodyField(body, name)).filter((each) => typeof each === 'string');
}

/** A number, also where it is written as text (as 64 bit numbers are) or wrapped in `{"value": 1}`. */
export function bodyNumber(body: EnvoyBody | undefined, name: string): number | undefined {
  const field = bodyField(body, name);
  const value = specObject(field)?.['value'] ?? field;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** A flag that is on, also where it is wrapped. */
export function bodyFlag(body: EnvoyBody | undefined, name: string): boolean {
  const field = bodyField(body, name);
  return field === true || specObject(field)?.['value'] === true;
}

/** The names come from our own code, so there is a bounded number of them. */
function camelOf(name: string): string {
  let camel = CAMEL.get(name);
  if (camel === undefined) {
    camel = name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    CAMEL.set(name, camel);
  }
  return camel;
}
