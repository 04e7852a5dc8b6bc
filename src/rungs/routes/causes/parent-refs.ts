import { fqdnOf } from '../../../model/cluster-domain.ts';
import { type SpecObject, specText } from '../../../model/spec-fields.ts';
import { objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { gatewaysOf } from '../../analysis/gateway-names.ts';
import type { World } from '../../analysis/world.ts';
import { firstOf } from '../../wording.ts';
import { showCommand } from './bindings.ts';
import { type Cause, type CauseFacts, type Found, type Untold, untold } from './cause.ts';
import { serviceOf } from './known-hosts.ts';

/** An HTTPRoute whose parents are not there, or that they do not accept. */
export const parentRefs: Cause = {
  id: 'parent-refs',
  what: 'An HTTPRoute is not bound to a Gateway, waypoint or Service',
  sign: 'none of its `parentRefs` is there, or each parent says in `status` that it does not accept the route',
  mend: "name a parent that is there and allows the route's namespace",
  find(facts) {
    if (facts.split.object.kind !== 'HTTPRoute') return undefined;
    const parents = objectsAt(facts.object.spec, 'parentRefs');
    if (parents.length === 0) return found(facts, 'it has no parentRefs', []);
    return missing(facts, parents) ?? refused(facts, parents);
  },
};

function missing(facts: CauseFacts, parents: readonly SpecObject[]): Found | Untold | undefined {
  const { object, world, isPartial } = facts;
  const absent = parents.filter((parent) => isThere(parent, object, world) === false);
  if (absent.length < parents.length) return undefined;
  const needs = new Set(absent.map((parent) => (kindOf(parent) === 'Service' ? 'services' : GATEWAYS)));
  const blind = untold(world, ...needs);
  if (blind !== undefined) return blind;
  const names = absent.map((parent) => `${kindOf(parent)} ${keyOf(parent, object)}`);
  return { ...found(facts, `there is no ${firstOf(names)}`, []), isCertain: !isPartial };
}

const GATEWAYS = 'gateways.gateway.networking.k8s.io';

/** @returns undefined for kinds that are not looked at */
function isThere(parent: SpecObject, object: ConfigObject, world: World): boolean | undefined {
  const key = keyOf(parent, object);
  const [namespace = '', name = ''] = key.split('/');
  if (kindOf(parent) === 'Service') return serviceOf(world, fqdnOf({ namespace, name })) !== undefined;
  return kindOf(parent) === 'Gateway' ? gatewaysOf(world).kubernetes.has(key) : undefined;
}

function kindOf(parent: SpecObject): string {
  return textAt(parent, 'kind') || 'Gateway';
}

function keyOf(parent: SpecObject, { namespace }: ConfigObject): string {
  return `${textAt(parent, 'namespace') || namespace}/${textAt(parent, 'name')}`;
}

/** What each parent says of it; one that says nothing yet may well take it. */
function refused(facts: CauseFacts, parents: readonly SpecObject[]): Found | undefined {
  const told = objectsAt(facts.object.status, 'parents');
  const refusals = told.flatMap((status) => refusalOf(status) ?? []);
  if (refusals.length === 0 || refusals.length < Math.max(told.length, parents.length)) return undefined;
  return found(facts, 'its parents do not accept it', refusals);
}

function refusalOf(status: SpecObject): string | undefined {
  const conditions = objectsAt(status, 'conditions');
  const accepted = conditions.find((condition) => textAt(condition, 'type') === 'Accepted');
  if (textAt(accepted, 'status') !== 'False') return undefined;
  const words = [textAt(accepted, 'reason'), specText(accepted?.['message']) ?? ''].filter((word) => word !== '');
  return `${textAt(status, 'parentRef', 'name')}: ${words.join(': ').slice(0, 200)}`;
}

function found({ split }: CauseFacts, text: string, evidence: readonly string[]): Found {
  return {
    isCertain: true,
    text,
    evidence,
    mend: 'name a parent that takes it, and allow its namespace there',
    next: showCommand(split),
  };
}
