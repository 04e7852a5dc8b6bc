import type { SpecObject } from '../../../model/spec-fields.ts';
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
    const rules = httpRules(object);
    const shadows = rules.flatMap((rule) => {
      const named = matchesNamed(rule, split.route);
      return named === undefined ? [] : [shadowOf(rule, named, rules)];
    });
    const [first] = shadows;
    // One that is reached is enough.
    if (first === undefined || shadows.includes(undefined)) return undefined;
    return {
      isCertain: true,
      text: `route ${nameOf(first)} before it takes all its requests`,
      evidence: [`routes in their order: ${firstOf(rules.map(nameOf), 6)}`],
      mend: `move it before ${nameOf(first)}`,
      next: showCommand(split),
    };
  },
};

/** The earlier rule that takes the last of these matches; undefined where one is left. */
function shadowOf(rule: HttpRule, named: readonly SpecObject[], rules: readonly HttpRule[]): HttpRule | undefined {
  const earlier = rules.filter(({ place, isDelegated }) => place < rule.place && !isDelegated);
  const taken = (named.length === 0 ? [{}] : named).map((match) => earlier.find((each) => takes(each, match)));
  return taken.includes(undefined) ? undefined : taken.at(-1);
}

function takes({ matches }: HttpRule, later: SpecObject): boolean {
  return matches.length === 0 || matches.some((match) => covers(match, later));
}

/** `"canary"`, or `#2`, counted from 1, where it has no name. */
function nameOf({ name, place }: HttpRule): string {
  return name === '' ? `#${place + 1}` : `"${name}"`;
}
