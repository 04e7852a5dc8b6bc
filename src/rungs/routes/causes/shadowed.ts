import type { SpecObject } from '../../../model/spec-fields.ts';
import { textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { firstOf } from '../../wording.ts';
import { showCommand } from './bindings.ts';
import type { Cause } from './cause.ts';
import { covers } from './match-covers.ts';
import { type HttpRule, httpRules, matchesNamed } from './rules-of-route.ts';

/** An earlier route of the same object takes everything that this one could take. */
export const shadowed: Cause = {
  id: 'shadowed',
  what: 'An earlier route of the same VirtualService takes its requests',
  sign: 'routes are tried in their order, and an earlier one has no match or a match that covers each of its own',
  mend: 'move the route before the one that takes its requests',
  find({ split, object }) {
    if (split.object.kind !== 'VirtualService') return undefined;
    const hidden = hiddenRules(object, split.route);
    const [first] = hidden;
    // One that is reached is enough.
    if (first?.by === undefined || hidden.some(({ by }) => by === undefined)) return undefined;
    return {
      isCertain: true,
      text: `route ${nameOf(first.by)} before it takes all its requests`,
      evidence: [inOrder(object)],
      mend: `move it before ${nameOf(first.by)}`,
      next: showCommand(split),
    };
  },
};

/** A rule that may bear a name in logs, and the earlier one that takes all it could take, if one does. */
interface HiddenRule {
  readonly rule: HttpRule;
  readonly by: HttpRule | undefined;
}

/**
 * Of several rules of one name (mostly none) that no log tells apart, the first that no request can reach, in words:
 * `route #1 before route #2 takes all its requests`.
 */
export function hiddenAmongAlike(
  object: ConfigObject,
  route: string,
): readonly [text: string, evidence: string] | undefined {
  const hidden = hiddenRules(object, route).find(({ by }) => by !== undefined);
  if (hidden?.by === undefined) return undefined;
  return [`route ${nameOf(hidden.by)} before route ${nameOf(hidden.rule)} takes all its requests`, inOrder(object)];
}

function hiddenRules(object: ConfigObject, route: string): readonly HiddenRule[] {
  const rules = httpRules(object);
  const bound = textsAt(object.spec, 'gateways');
  return rules.flatMap((rule) => {
    const named = matchesNamed(rule, route);
    return named === undefined ? [] : [{ rule, by: shadowOf(rule, named, { rules, bound }) }];
  });
}

function inOrder(object: ConfigObject): string {
  return `routes in their order: ${firstOf(httpRules(object).map(nameOf), 6)}`;
}

interface Among {
  readonly rules: readonly HttpRule[];
  /** Gateways of the object; none: the mesh alone. */
  readonly bound: readonly string[];
}

/** The earlier rule that takes the last of these matches; undefined where one is left. */
function shadowOf(rule: HttpRule, named: readonly SpecObject[], { rules, bound }: Among): HttpRule | undefined {
  const earlier = rules.filter(({ place, isDelegated }) => place < rule.place && !isDelegated);
  const taken = (named.length === 0 ? [{}] : named).map((match) => earlier.find((each) => takes(each, match, bound)));
  return taken.includes(undefined) ? undefined : taken.at(-1);
}

function takes({ matches }: HttpRule, later: SpecObject, bound: readonly string[]): boolean {
  const atGateways = (match: SpecObject): SpecObject =>
    textsAt(match, 'gateways').length > 0 ? match : { ...match, gateways: bound.length > 0 ? bound : ['mesh'] };
  return matches.length === 0 || matches.some((match) => covers(atGateways(match), atGateways(later)));
}

/** `"canary"`, or `#2`, counted from 1, where it has no name. */
function nameOf({ name, place }: HttpRule): string {
  return name === '' ? `#${place + 1}` : `"${name}"`;
}
