import {
  type SpecObject,
  specField,
  specLabels,
  specList,
  specObject,
  specObjects,
  specText,
} from '../../model/spec-fields.ts';
import { compareText } from '../../model/text-order.ts';
import type { ConfigObject, Labels } from '../../model/workload.ts';
import type { ObjectName } from './peer-authentication.ts';

/** The key under which DestinationRules stand in `ClusterObjects.config`. */
export const DESTINATION_RULES = 'destinationrules.networking.istio.io';

/** A DestinationRule, as far as it says who takes it for which host. */
export interface DestinationRule {
  readonly object: ObjectName;
  readonly createdAt: number;
  /** Complete, or with `*` in front. */
  readonly host: string;
  /** Namespaces, `.` for its own, `*` for all; empty: as the mesh has it. */
  readonly exportTo: readonly string[];
  /** Only for these callers, in its own namespace. */
  readonly workloadSelector?: Labels;
  readonly trafficPolicy?: SpecObject;
  readonly subsets: readonly Subset[];
}

export interface Subset {
  readonly name: string;
  readonly labels: Labels;
  readonly trafficPolicy?: SpecObject;
  readonly object: ObjectName;
}

/** The rules of one host that a caller takes, put together. */
export interface MergedRule {
  readonly trafficPolicy?: { readonly policy: SpecObject; readonly object: ObjectName };
  readonly subsets: readonly Subset[];
}

export interface Caller {
  readonly namespace: string;
  readonly labels: Labels;
}

/** Reads a stored object of any shape; undefined where it names no host. */
export function readDestinationRule(stored: ConfigObject, clusterDomain: string): DestinationRule | undefined {
  const { namespace, name, spec, createdAt } = stored;
  const host = specText(specField(spec, 'host')) ?? '';
  if (host === '') return undefined;
  const object = { namespace, name };
  const selector = specObject(specField(spec, 'workloadSelector'));
  const trafficPolicy = specObject(specField(spec, 'trafficPolicy'));
  return {
    object,
    createdAt,
    host: completeHost(host, namespace, clusterDomain),
    exportTo: specList(specField(spec, 'exportTo')).filter((each) => typeof each === 'string'),
    subsets: specObjects(specField(spec, 'subsets')).map((subset) => readSubset(subset, object)),
    ...(selector !== undefined && { workloadSelector: specLabels(specField(selector, 'matchLabels')) ?? {} }),
    ...(trafficPolicy !== undefined && { trafficPolicy }),
  };
}

function readSubset(subset: SpecObject, object: ObjectName): Subset {
  const trafficPolicy = specObject(specField(subset, 'trafficPolicy'));
  return {
    name: specText(specField(subset, 'name')) ?? '',
    labels: specLabels(specField(subset, 'labels')) ?? {},
    object,
    ...(trafficPolicy !== undefined && { trafficPolicy }),
  };
}

/** Istio completes names without a dot only: `cart.shop` is no service to it. */
function completeHost(host: string, namespace: string, clusterDomain: string): string {
  return host.includes('.') || host.startsWith('*') ? host : `${host}.${namespace}.svc.${clusterDomain}`;
}

export function matchesHost(pattern: string, host: string): boolean {
  return pattern.startsWith('*') ? host.endsWith(pattern.slice(1)) : pattern === host;
}

/** Rules of one namespace by host, oldest first. */
type ByHost = ReadonlyMap<string, readonly DestinationRule[]>;

/** Finds the rule that a caller's proxy follows to a service. */
export interface DestinationRules {
  /** @param service its complete name, and its namespace */
  forCaller(caller: Caller, service: { readonly host: string; readonly namespace: string }): MergedRule | undefined;
  /** Namespaces where it makes a difference which workload calls. */
  readonly selective: ReadonlySet<string>;
}

export interface DestinationRuleSetting {
  readonly rootNamespace: string;
  /** MeshConfig `defaultDestinationRuleExportTo`. */
  readonly defaultExportTo: readonly string[];
}

/**
 * Istio's order: the caller's namespace, the service's, the root's; in each the most specific host, and its rules whole
 * (Istio pilot/pkg/model/push_context.go and sidecar.go). A rule of an earlier namespace hides those of later ones.
 */
export function destinationRules(rules: Iterable<DestinationRule>, setting: DestinationRuleSetting): DestinationRules {
  const sorted = [...rules].toSorted(
    (one, other) => one.createdAt - other.createdAt || compareText(keyOf(one), keyOf(other)),
  );
  const local = byNamespaceAndHost(sorted);
  const exported = byNamespaceAndHost(sorted.filter((rule) => !isPrivate(rule, setting)));
  const rootOnly = byNamespaceAndHost(
    sorted.filter((rule) => rule.object.namespace === setting.rootNamespace && isPrivate(rule, setting)),
  );
  const { rootNamespace } = setting;

  function found(
    caller: Caller,
    service: { readonly host: string; readonly namespace: string },
  ): readonly DestinationRule[] {
    const own = (caller.namespace === rootNamespace ? rootOnly : local).get(caller.namespace);
    const ownRules = mostSpecific(own, service.host);
    if (ownRules.length > 0) return ownRules;
    for (const namespace of [service.namespace, rootNamespace]) {
      const offered = mostSpecific(exported.get(namespace), service.host);
      const visible = offered.filter((rule) => isVisible(rule, caller.namespace, setting));
      if (visible.length > 0) return visible;
    }
    return [];
  }

  return {
    forCaller: (caller, service) => merge(found(caller, service), caller),
    selective: new Set(
      sorted.filter((rule) => rule.workloadSelector !== undefined).map((rule) => rule.object.namespace),
    ),
  };
}

function keyOf({ object }: DestinationRule): string {
  return `${object.name}/${object.namespace}`;
}

function byNamespaceAndHost(rules: readonly DestinationRule[]): ReadonlyMap<string, ByHost> {
  const byNamespace = Map.groupBy(rules, ({ object }) => object.namespace);
  return new Map([...byNamespace].map(([namespace, own]) => [namespace, Map.groupBy(own, ({ host }) => host)]));
}

function exportsOf({ exportTo }: DestinationRule, { defaultExportTo }: DestinationRuleSetting): readonly string[] {
  return exportTo.length > 0 ? exportTo : defaultExportTo;
}

/** For its own namespace alone. */
function isPrivate(rule: DestinationRule, setting: DestinationRuleSetting): boolean {
  const exports = exportsOf(rule, setting);
  return exports.length === 1 && (exports[0] === '.' || exports[0] === rule.object.namespace);
}

function isVisible(rule: DestinationRule, namespace: string, setting: DestinationRuleSetting): boolean {
  const exports = exportsOf(rule, setting);
  if (exports.length === 0 || exports.includes('*') || exports.includes(namespace)) return true;
  return exports.includes('.') && rule.object.namespace === namespace;
}

function mostSpecific(byHost: ByHost | undefined, host: string): readonly DestinationRule[] {
  const exact = byHost?.get(host);
  if (byHost === undefined || exact !== undefined) return exact ?? [];
  let longest: readonly [string, readonly DestinationRule[]] = ['', []];
  for (const [pattern, rules] of byHost) {
    if (pattern.startsWith('*') && matchesHost(pattern, host) && pattern.length > longest[0].length)
      longest = [pattern, rules];
  }
  return longest[1];
}

/** A rule for the caller alone is taken as it is; the others add their subsets, and the first traffic policy counts. */
function merge(rules: readonly DestinationRule[], caller: Caller): MergedRule | undefined {
  const own = rules.find((rule) => rule.workloadSelector !== undefined && isFor(rule, caller));
  const taken = own === undefined ? rules.filter((rule) => rule.workloadSelector === undefined) : [own];
  if (taken.length === 0) return undefined;
  const subsets = new Map<string, Subset>();
  for (const subset of taken.flatMap((rule) => rule.subsets)) {
    if (!subsets.has(subset.name)) subsets.set(subset.name, subset);
  }
  const first = taken.find((rule) => rule.trafficPolicy !== undefined);
  const merged = { subsets: [...subsets.values()] };
  if (first?.trafficPolicy === undefined) return merged;
  return { ...merged, trafficPolicy: { policy: first.trafficPolicy, object: first.object } };
}

function isFor({ object, workloadSelector = {} }: DestinationRule, { namespace, labels }: Caller): boolean {
  if (object.namespace !== namespace) return false;
  return Object.entries(workloadSelector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}
