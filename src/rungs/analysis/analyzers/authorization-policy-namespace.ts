import { objectsAt, textsAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';

/** An AuthorizationPolicy names a namespace that does not exist. */
export const authorizationPolicyNamespace: Analyzer = {
  codes: ['IST0101'],
  needs: ['authorizationpolicies.security.istio.io', 'namespaces'],
  analyze(world, report) {
    const names = world.namespaces.map(({ name }) => name);
    for (const object of world.config('authorizationpolicies.security.istio.io')) {
      const patterns = objectsAt(object.spec, 'rules').flatMap((rule) =>
        objectsAt(rule, 'from').flatMap((from) => [
          ...textsAt(from, 'source', 'namespaces'),
          ...textsAt(from, 'source', 'notNamespaces'),
        ]),
      );
      for (const pattern of new Set(patterns)) {
        const matches = matcherOf(pattern);
        if (!names.some(matches)) report('IST0101', refOf(object), { what: 'namespace', name: pattern });
      }
    }
  },
};

/** A star stands for anything, at one end; only a whole name may be in another case, as for istioctl. */
function matcherOf(pattern: string): (name: string) => boolean {
  if (pattern === '*') return () => true;
  if (pattern.startsWith('*')) return (name) => name.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return (name) => name.startsWith(pattern.slice(0, -1));
  const whole = pattern.toLowerCase();
  return (name) => name.toLowerCase() === whole;
}
