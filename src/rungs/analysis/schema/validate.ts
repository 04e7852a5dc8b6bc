import type { ConfigKey } from '../../../model/config-kinds.ts';
import { textAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { checkAuthorizationPolicy } from './authorization-policy.ts';
import { checkDestinationRule } from './destination-rule.ts';
import { checkEnvoyFilter } from './envoy-filter.ts';
import { checkGateway } from './gateway.ts';
import { checkPeerAuthentication } from './peer-authentication.ts';
import { newProblems, type Problem, type Problems } from './problems.ts';
import { checkProxyConfig } from './proxy-config.ts';
import { checkRequestAuthentication } from './request-authentication.ts';
import { checkServiceEntry } from './service-entry.ts';
import { checkSidecar } from './sidecar.ts';
import { checkTelemetry } from './telemetry.ts';
import { checkVirtualService } from './virtual-service.ts';
import { checkWasmPlugin } from './wasm-plugin.ts';
import { checkWorkloadEntry, checkWorkloadGroup } from './workload-entry.ts';

type Check = (object: ConfigObject, problems: Problems) => void;

/** Kinds whose objects Istio validates one by one. */
export const CHECKS: Readonly<Partial<Record<ConfigKey, Check>>> = {
  'authorizationpolicies.security.istio.io': checkAuthorizationPolicy,
  'destinationrules.networking.istio.io': checkDestinationRule,
  'envoyfilters.networking.istio.io': checkEnvoyFilter,
  'gateways.networking.istio.io': checkGateway,
  'peerauthentications.security.istio.io': checkPeerAuthentication,
  'proxyconfigs.networking.istio.io': checkProxyConfig,
  'requestauthentications.security.istio.io': checkRequestAuthentication,
  'serviceentries.networking.istio.io': checkServiceEntry,
  'sidecars.networking.istio.io': checkSidecar,
  'telemetries.telemetry.istio.io': checkTelemetry,
  'virtualservices.networking.istio.io': checkVirtualService,
  'wasmplugins.extensions.istio.io': checkWasmPlugin,
  'workloadentries.networking.istio.io': checkWorkloadEntry,
  'workloadgroups.networking.istio.io': checkWorkloadGroup,
};

/** An object that did not change is not validated again. */
const validated = new WeakMap<ConfigObject, readonly Problem[]>();

/** What is wrong with an object by itself; of a kind without checks, nothing. */
export function validate(object: ConfigObject, key: ConfigKey): readonly Problem[] {
  const before = validated.get(object);
  if (before !== undefined) return before;
  const problems = newProblems();
  CHECKS[key]?.(object, problems);
  checkDryRun(object, problems);
  validated.set(object, problems.all());
  return problems.all();
}

const DRY_RUN = 'istio.io/dry-run';
const BOOLEANS: ReadonlySet<string> = new Set([...'1tT0fF', 'TRUE', 'True', 'true', 'FALSE', 'False', 'false']);

function checkDryRun({ kind, annotations, spec }: ConfigObject, problems: Problems): void {
  const value = annotations[DRY_RUN];
  if (value === undefined) return;
  const action = textAt(spec, 'action') || 'ALLOW';
  if (kind !== 'AuthorizationPolicy') problems.error(`the annotation ${DRY_RUN} is for AuthorizationPolicies alone`);
  else if (action !== 'ALLOW' && action !== 'DENY')
    problems.error(`its action is ${action}, of which there is no dry run`);
  else if (!BOOLEANS.has(value)) problems.error(`the annotation ${DRY_RUN} is neither true nor false`);
}
