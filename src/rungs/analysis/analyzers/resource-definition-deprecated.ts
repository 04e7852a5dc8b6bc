import type { Analyzer } from '../analyzer.ts';

const KINDS: ReadonlySet<string> = new Set(['ClusterRbacConfig', 'RbacConfig', 'ServiceRole', 'ServiceRoleBinding']);

/** CustomResourceDefinitions of an Istio that is long gone. */
export const resourceDefinitionDeprecated: Analyzer = {
  codes: ['IST0002'],
  needs: ['resourceDefinitions'],
  analyze(world, report) {
    for (const { name, group, kind } of world.resourceDefinitions) {
      if (group !== 'rbac.istio.io' || !KINDS.has(kind)) continue;
      const object = { kind: 'CustomResourceDefinition', namespace: '', name };
      report('IST0002', object, { what: `the kind ${kind} of rbac.istio.io`, instead: 'use AuthorizationPolicy' });
    }
  },
};
