import type { SpecObject } from '../../../model/spec-fields.ts';
import { objectsAt, textAt } from '../../../model/spec-paths.ts';
import { eachInSteps } from '../../../model/steps.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Analyzer, Report } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { canonical } from '../canonical.ts';
import { coveredPrefixes, type PlacedMatch } from '../prefix-coverage.ts';

/** Rules and matches of a VirtualService that an earlier one takes everything from. */
export const virtualServiceUnreachable: Analyzer = {
  codes: ['IST0130', 'IST0131'],
  needs: ['virtualservices.networking.istio.io'],
  analyze(world, report) {
    return eachInSteps(world.config('virtualservices.networking.istio.io'), (object) => {
      for (const part of ['http', 'tls', 'tcp'] as const) {
        const rules = objectsAt(object.spec, part);
        const reached = reachable(object, rules, report);
        if (part === 'http') reportCovered(object, reached, report);
      }
    });
  },
};

/** Reports rules after a catch-all and matches said before; gives the matches that are left. */
function reachable(object: ConfigObject, rules: readonly SpecObject[], report: Report): readonly PlacedMatch[] {
  const seen = new Map<string, string>();
  const reached: PlacedMatch[] = [];
  let catchAll: string | undefined;
  for (const [at, rule] of rules.entries()) {
    const name = nameOf(rule, at);
    const matches = objectsAt(rule, 'match');
    if (catchAll !== undefined) report('IST0130', refOf(object), { rule: name, reason: after(catchAll) });
    else if (matches.length > 0) reached.push(...unseen(object, { name, matches }, seen, report));
    if (matches.length === 0) catchAll = name;
  }
  return reached;
}

function after(catchAll: string): string {
  return `the rule ${catchAll} before it has no match and takes everything`;
}

function unseen(
  object: ConfigObject,
  { name, matches }: { readonly name: string; readonly matches: readonly SpecObject[] },
  seen: Map<string, string>,
  report: Report,
): readonly PlacedMatch[] {
  const fresh: PlacedMatch[] = [];
  for (const [at, match] of matches.entries()) {
    const { name: _name, ...condition } = match;
    const key = canonical(condition);
    const before = seen.get(key);
    if (before === undefined) {
      seen.set(key, name);
      fresh.push({ rule: name, name: nameOf(match, at), match });
    } else {
      const reason = `the rule ${before} has the same`;
      report('IST0131', refOf(object), { match: nameOf(match, at), rule: name, reason });
    }
  }
  if (fresh.length === 0) {
    report('IST0130', refOf(object), { rule: name, reason: 'earlier rules have all its matches' });
  }
  return fresh;
}

/** `"name"`, or `#2` where there is none. */
function nameOf(part: SpecObject, at: number): string {
  const name = textAt(part, 'name');
  return name === '' ? `#${at}` : `"${name}"`;
}

function reportCovered(object: ConfigObject, matches: readonly PlacedMatch[], report: Report): void {
  for (const { covered, by } of coveredPrefixes(matches)) {
    const prefix = textAt(by.match, 'uri', 'prefix');
    const reason = `match ${by.name} of rule ${by.rule} takes every path under ${prefix}`;
    report('IST0131', refOf(object), { match: covered.name, rule: covered.rule, reason });
  }
}
