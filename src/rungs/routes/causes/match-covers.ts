import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, isTrueAt, objectAt, textAt, textsAt } from '../../../model/spec-paths.ts';
import { canonical } from '../../analysis/canonical.ts';

/** Conditions that are lists of names with a condition each. */
const MAPS = ['headers', 'queryParams', 'withoutHeaders', 'sourceLabels'];
const PLAIN = ['method', 'authority', 'scheme', 'sourceNamespace', 'port'];
const KNOWN: ReadonlySet<string> = new Set([
  ...MAPS,
  ...PLAIN,
  ...['name', 'statPrefix', 'uri', 'ignoreUriCase', 'gateways'],
]);

/**
 * Whether every request that the later match takes is taken by the earlier one. Stricter than `coveredPrefixes`, which
 * says what istioctl says: here a rule is accused only where nothing can reach it.
 */
export function covers(earlier: SpecObject, later: SpecObject): boolean {
  return (
    // A condition that is not known here may well let requests through.
    Object.keys(earlier).every((field) => KNOWN.has(field)) &&
    coversPath(earlier, later) &&
    PLAIN.every((field) => !hasAt(earlier, field) || canonical(earlier[field]) === canonical(later[field])) &&
    MAPS.every((field) => holdsAll(objectAt(earlier, field), objectAt(later, field))) &&
    coversGateways(textsAt(earlier, 'gateways'), textsAt(later, 'gateways'))
  );
}

function coversPath(earlier: SpecObject, later: SpecObject): boolean {
  if (!hasAt(earlier, 'uri') || takesAnyPath(earlier)) return true;
  if (canonical(earlier['uri']) === canonical(later['uri'])) {
    return isTrueAt(earlier, 'ignoreUriCase') || !isTrueAt(later, 'ignoreUriCase');
  }
  const prefix = textAt(earlier, 'uri', 'prefix');
  if (prefix === '' || isTrueAt(later, 'ignoreUriCase')) return false;
  const path = textAt(later, 'uri', 'exact') || textAt(later, 'uri', 'prefix');
  return path !== '' && path.startsWith(prefix);
}

/** Envoy holds an expression against the whole path, which begins with `/`. */
const ANY_PATH: ReadonlySet<string> = new Set(['.*', '.+', '/.*', '^.*', '^.*$', '^/.*', '^/.*$']);

function takesAnyPath(match: SpecObject): boolean {
  return textAt(match, 'uri', 'prefix') === '/' || ANY_PATH.has(textAt(match, 'uri', 'regex'));
}

function holdsAll(earlier: SpecObject | undefined, later: SpecObject | undefined): boolean {
  return Object.entries(earlier ?? {}).every(
    ([name, value]) => hasAt(later, name) && canonical(later?.[name]) === canonical(value),
  );
}

/** Without gateways a match is for all that the VirtualService is bound to. */
function coversGateways(earlier: readonly string[], later: readonly string[]): boolean {
  return earlier.length === 0 || (later.length > 0 && later.every((name) => earlier.includes(name)));
}
