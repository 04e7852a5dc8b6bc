import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, numberAt, objectAt, objectsAt, textAt } from '../../../model/spec-paths.ts';
import { compareText } from '../../../model/text-order.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Analyzer, Report } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import type { Code } from '../codes.ts';
import type { World } from '../world.ts';

/** A patch of an EnvoyFilter does nothing, or hangs on an order that is not sure. */
export const envoyFilterPatch: Analyzer = {
  codes: ['IST0151', 'IST0152', 'IST0153', 'IST0154', 'IST0155'],
  needs: ['envoyfilters.networking.istio.io'],
  analyze(world, report) {
    // Filters for which an earlier patch, of whatever EnvoyFilter, is for one version of the proxy alone.
    const versioned = new Set<string>();
    for (const object of oldestFirst(world)) judge(object, versioned, report);
  },
};

/** The order in which Istio applies them. */
function oldestFirst(world: World): readonly ConfigObject[] {
  return [...world.config('envoyfilters.networking.istio.io')].sort(
    (one, other) =>
      one.createdAt - other.createdAt ||
      compareText(`${one.name}.${one.namespace}`, `${other.name}.${other.namespace}`),
  );
}

const ROUTING: ReadonlySet<string> = new Set(['ROUTE_CONFIGURATION', 'HTTP_ROUTE']);
const FILTERS: ReadonlySet<string> = new Set(['NETWORK_FILTER', 'HTTP_FILTER']);

function judge(object: ConfigObject, versioned: Set<string>, report: Report): void {
  const hasPriority = (numberAt(object.spec, 'priority') ?? 0) !== 0;
  for (const [at, configPatch] of objectsAt(object.spec, 'configPatches').entries()) {
    const patch = objectAt(configPatch, 'patch');
    // istioctl looks no further at one that says not even what to do.
    if (patch === undefined) return;
    const target = textAt(configPatch, 'applyTo');
    const operation = textAt(patch, 'operation');
    const name = instanceOf(configPatch, patch);
    const code = uselessCode(operation, target) ?? orderCode(operation, hasPriority, versioned.has(name));
    if (code !== undefined) report(code, refOf(object), { at: `#${at}`, target });
    if (isForVersion(configPatch)) versioned.add(name);
  }
}

function isForVersion(configPatch: SpecObject): boolean {
  return textAt(configPatch, 'match', 'proxy', 'proxyVersion') !== '';
}

type PatchCode = Extract<Code, 'IST0151' | 'IST0152' | 'IST0153' | 'IST0154' | 'IST0155'>;

function uselessCode(operation: string, target: string): PatchCode | undefined {
  if (operation === 'ADD' && ROUTING.has(target)) return 'IST0153';
  if (operation === 'REMOVE' && ROUTING.has(target)) return 'IST0154';
  return operation === 'REPLACE' && !FILTERS.has(target) ? 'IST0152' : undefined;
}

const RELATIVE: ReadonlySet<string> = new Set(['INSERT_BEFORE', 'INSERT_AFTER', 'REMOVE', 'REPLACE']);

function orderCode(operation: string, hasPriority: boolean, isVersioned: boolean): PatchCode | undefined {
  if (hasPriority || !RELATIVE.has(operation)) return undefined;
  return isVersioned ? 'IST0155' : 'IST0151';
}

/** What the patch is about; one without a value is about nothing that has a name. */
function instanceOf(configPatch: SpecObject, patch: SpecObject): string {
  if (objectAt(patch, 'value') === undefined) return '';
  if (hasAt(patch, 'value', 'name')) return textAt(patch, 'value', 'name');
  return textAt(configPatch, 'match', 'listener', 'filterChain', 'filter', 'name');
}
