import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, labelsAt, objectsAt, textAt, valueAt } from '../../../model/spec-paths.ts';
import type { Problems } from './problems.ts';
import { checkWorkloadSelector } from './workload-selector.ts';

/** Kinds that a policy may be bound to, by group. */
const TARGETS: ReadonlySet<string> = new Set([
  '/Service',
  'networking.istio.io/ServiceEntry',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
]);

/** `selector`, `targetRef` and `targetRefs`, of which a policy may have one. */
export function checkPolicyTarget(spec: SpecObject, problems: Problems): void {
  const given = ['selector', 'targetRef', 'targetRefs'].filter((field) => hasAt(spec, field));
  if (given.length > 1) problems.error(`it has ${given.join(' and ')}`);
  const single = valueAt(spec, 'targetRef');
  for (const target of [...(single === undefined ? [] : [single]), ...objectsAt(spec, 'targetRefs')]) {
    checkTarget(target, problems);
  }
  if (hasAt(spec, 'selector')) checkWorkloadSelector(labelsAt(spec, 'selector', 'matchLabels'), problems);
}

function checkTarget(target: unknown, problems: Problems): void {
  const group = textAt(target, 'group') === 'core' ? '' : textAt(target, 'group');
  const kind = `${group}/${textAt(target, 'kind')}`;
  if (textAt(target, 'name') === '') problems.error('a targetRef has no name');
  if (textAt(target, 'namespace') !== '') problems.error('a targetRef has a namespace; it may only be its own');
  if (!TARGETS.has(kind)) problems.error(`a targetRef is of the kind ${kind}, which cannot be a target`);
}
