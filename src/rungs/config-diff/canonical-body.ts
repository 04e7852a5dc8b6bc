import type { EnvoySection } from '../../model/envoy-resource.ts';
import { hideSecret } from '../../model/hide-secret.ts';
import { specField, specObject } from '../../model/spec-fields.ts';
import { compareText } from '../../model/text-order.ts';
import type { FieldNames } from './field-names.ts';

/** How bodies are made comparable. */
export interface CanonicalOptions {
  readonly names: FieldNames;
  /** Takes out of a text what must differ. */
  readonly replace: (text: string) => string;
}

/** Lists whose order says nothing: what is picked from them is the most specific, whatever comes first. */
const UNORDERED: Readonly<Record<EnvoySection, ReadonlySet<string>>> = {
  clusters: new Set(),
  listeners: new Set(['filter_chains', 'virtual_hosts', 'domains']),
  routes: new Set(['virtual_hosts', 'domains']),
  endpoints: new Set(['endpoints', 'lb_endpoints']),
};

/**
 * A body in the one form that all equal bodies have: fields by name, without what is empty, unordered lists in an
 * order of their own. Secrets are hidden on both sides: Envoy hides its own, and what differs is shown to people.
 */
export function canonicalBody(body: unknown, section: EnvoySection, options: CanonicalOptions): unknown {
  const canonical = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') return options.replace(value);
    if (Array.isArray(value)) {
      const items = value.map((each) => canonical(each, ''));
      return UNORDERED[section].has(name) ? items.toSorted(compareItems) : items;
    }
    const object = specObject(value);
    return object === undefined ? value : canonicalObject(object);
  };
  const canonicalObject = (object: Readonly<Record<string, unknown>>): unknown => {
    const entries = namesOf(object, options.names)
      .map(([name, field]) => [name, canonical(hideSecret(name, object[field]), name)] as const)
      .filter(([name, value]) => !isEmpty(value) && !isOfEnvoyAlone(section, name, value));
    // Defines own fields whatever they are called.
    return Object.fromEntries(entries);
  };
  return canonical(body, '');
}

/** Fields with the names they get, in order; two that would get one name keep their own. */
function namesOf(object: object, names: FieldNames): readonly (readonly [shown: string, field: string])[] {
  const fields = Object.keys(object);
  const shown = new Set(fields.map(names));
  const clash = shown.size < fields.length;
  const named = fields.map((field) => [clash ? field : names(field), field] as const);
  return named.toSorted(([one], [other]) => compareText(one, other));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** What an Envoy adds to endpoints by itself: its own view of their health, and a default. */
function isOfEnvoyAlone(section: EnvoySection, name: string, value: unknown): boolean {
  if (section !== 'endpoints') return false;
  return name === 'health_status' || (name === 'overprovisioning_factor' && value === 140);
}

/** By name and match, so that an item that changed stands where it stood; else by all of it. */
function compareItems(one: unknown, other: unknown): number {
  return compareText(keyOf(one), keyOf(other)) || compareText(JSON.stringify(one) ?? '', JSON.stringify(other) ?? '');
}

function keyOf(item: unknown): string {
  const object = specObject(item);
  if (object === undefined) return String(item);
  const parts = ['name', 'filter_chain_match', 'locality', 'priority', 'endpoint'];
  return JSON.stringify(parts.map((part) => specField(object, part)));
}
