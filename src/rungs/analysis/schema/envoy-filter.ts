import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, labelsAt, objectAt, objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Problems } from './problems.ts';
import { badRegex } from './regex.ts';
import { checkWorkloadSelector } from './workload-selector.ts';

/** What Istio refuses of an EnvoyFilter, or warns of; whether Envoy would take a patch is not looked at. */
export function checkEnvoyFilter({ spec }: ConfigObject, problems: Problems): void {
  problems.warning('an EnvoyFilter hangs on the inside of the proxy, which may change with every version');
  if (hasAt(spec, 'workloadSelector')) checkWorkloadSelector(labelsAt(spec, 'workloadSelector', 'labels'), problems);
  for (const configPatch of objectsAt(spec, 'configPatches')) checkPatch(configPatch, problems);
}

function checkPatch(configPatch: SpecObject, problems: Problems): void {
  const target = textAt(configPatch, 'applyTo');
  if (target === '' || target === 'INVALID') problems.error('a patch has no applyTo');
  const patch = objectAt(configPatch, 'patch');
  const operation = textAt(patch, 'operation');
  if (patch === undefined) problems.error('a patch has no patch');
  else if (operation === '' || operation === 'INVALID') problems.error('a patch has no operation');
  else if (operation !== 'REMOVE' && !hasAt(patch, 'value')) problems.error(`a patch has nothing to ${operation}`);
  const version = textAt(configPatch, 'match', 'proxy', 'proxyVersion');
  if (version !== '') problems.check(badRegex(version));
  const match = objectAt(configPatch, 'match');
  if (match !== undefined) checkMatch(match, target, problems);
}

/** What of the proxy's configuration each target is a part of. */
const MATCHES: Readonly<Record<string, string>> = {
  LISTENER: 'listener',
  FILTER_CHAIN: 'listener',
  LISTENER_FILTER: 'listener',
  NETWORK_FILTER: 'listener',
  HTTP_FILTER: 'listener',
  ROUTE_CONFIGURATION: 'routeConfiguration',
  VIRTUAL_HOST: 'routeConfiguration',
  HTTP_ROUTE: 'routeConfiguration',
  CLUSTER: 'cluster',
};

function checkMatch(match: SpecObject, target: string, problems: Problems): void {
  const wanted = Object.hasOwn(MATCHES, target) ? MATCHES[target] : undefined;
  const other = ['listener', 'routeConfiguration', 'cluster'].find((part) => part !== wanted && hasAt(match, part));
  if (wanted !== undefined && other !== undefined) problems.error(`a patch of ${target} has a match by ${other}`);
  const filter = objectAt(match, 'listener', 'filterChain', 'filter');
  if (wanted === 'listener' && filter !== undefined) checkFilter(filter, target, problems);
}

const CONNECTION_MANAGERS = ['envoy.filters.network.http_connection_manager', 'envoy.http_connection_manager'];

function checkFilter(filter: SpecObject, target: string, problems: Problems): void {
  const name = textAt(filter, 'name');
  if (target === 'LISTENER' || target === 'FILTER_CHAIN') problems.error(`a patch of ${target} has a match by filter`);
  if (name === '') problems.error('a match by filter has no name');
  warnOfOldName(name, problems);
  const inner = objectAt(filter, 'subFilter');
  if (inner === undefined) return;
  if (target !== 'HTTP_FILTER') problems.error(`a patch of ${target} has a match by subFilter`);
  if (!CONNECTION_MANAGERS.includes(name))
    problems.error('a match by subFilter is for the HTTP connection manager alone');
  if (textAt(inner, 'name') === '') problems.error('a match by subFilter has no name');
  warnOfOldName(textAt(inner, 'name'), problems);
}

/** Names from before Envoy 1.14; now they have `filters` in them. */
function warnOfOldName(name: string, problems: Problems): void {
  if (/^envoy\.[a-z_]+$/.test(name)) problems.warning(`the filter name ${name} is an old one`);
}
