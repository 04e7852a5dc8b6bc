/** Readers of specs, which are stored as anybody wrote them: each gives the value if it is what it should be. */

export type SpecObject = Readonly<Record<string, unknown>>;

/** Whether it is an object that is no list. */
export function isSpecObject(value: unknown): value is SpecObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object that is no list. */
export function specObject(value: unknown): SpecObject | undefined {
  return isSpecObject(value) ? value : undefined;
}

/** The objects of a list; anything else in it is left out. */
export function specObjects(value: unknown): readonly SpecObject[] {
  return specList(value)
    .map(specObject)
    .filter((item) => item !== undefined);
}

/** A list as it is; empty for anything else. */
export function specList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function specText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** An own field, whatever it is called: a label may be `constructor`. */
export function specField(object: SpecObject | undefined, name: string): unknown {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Labels that must be matched; `undefined` where there is no such thing, or where a value is no text. */
export function specLabels(value: unknown): Readonly<Record<string, string>> | undefined {
  const object = specObject(value);
  if (object === undefined || Object.values(object).some((each) => typeof each !== 'string')) return undefined;
  return object as Readonly<Record<string, string>>;
}
