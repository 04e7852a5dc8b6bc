import type { EnvoyConfig } from '../../model/envoy-config.ts';
import { ENVOY_SECTIONS } from '../../model/envoy-resource.ts';
import { specObject } from '../../model/spec-fields.ts';

/** Gives a field the name it is compared and shown by. */
export type FieldNames = (name: string) => string;

/**
 * Names by which two dumps can be compared. Where one is Envoy's (`consecutive_5xx`) and the other istiod's
 * (`consecutive5xx`), names that are equal without underscores and capitals are one, spelled as Envoy does:
 * turning one spelling into the other blindly fails (no rule puts that underscore back).
 */
export function fieldNames(one: EnvoyConfig, other: EnvoyConfig): FieldNames {
  if (one.spelling === other.spelling) return (name) => name;
  const spelled = new Map<string, string>();
  collect(one.spelling === 'snake' ? one : other, spelled);
  const known = new Map<string, string>();
  return (name) => {
    let shown = known.get(name);
    if (shown === undefined) {
      shown = spelled.get(fold(name)) ?? name;
      known.set(name, shown);
    }
    return shown;
  };
}

function fold(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

/** Of names that fold to the same one, the least by code units: whatever their order in the dump. */
function collect(config: EnvoyConfig, spelled: Map<string, string>): void {
  const seen = new Set<string>();
  const add = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const folded = fold(name);
    const before = spelled.get(folded);
    if (before === undefined || name < before) spelled.set(folded, name);
  };
  for (const section of ENVOY_SECTIONS) for (const { body } of config[section] ?? []) walk(body, add);
}

function walk(value: unknown, add: (name: string) => void): void {
  if (Array.isArray(value)) for (const each of value) walk(each, add);
  const object = specObject(value);
  if (object === undefined) return;
  for (const name of Object.keys(object)) {
    add(name);
    walk(object[name], add);
  }
}
