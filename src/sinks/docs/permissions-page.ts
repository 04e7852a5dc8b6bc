import type { RbacNeed } from '../../sources/source.ts';
import { codes, type GeneratedPage, page, table } from './document.ts';

/** What a source needs of Kubernetes, and when. */
export interface SourceNeeds {
  /** As `role central or all`. */
  readonly when: string;
  readonly source: string;
  readonly rbac: readonly RbacNeed[];
}

/** Every Kubernetes permission, from the sources that need them. */
export function permissionsPage(needs: readonly SourceNeeds[]): GeneratedPage {
  return page('docs/permissions.md', 'Permissions', [
    'What the exporter asks of the Kubernetes API, and why. It only reads, but for the Lease of an election. A permission that is missing costs what it feeds and nothing else: ' +
      'that kind is reported as `denied`, and what depends on it is absent.',
    ...needs.flatMap(({ source, when, rbac }) => [
      `## ${source}`,
      when,
      rbac.length === 0 ? 'No permission at all.' : needTable(rbac),
    ]),
  ]);
}

function needTable(rbac: readonly RbacNeed[]): string {
  return table(
    ['API group', 'Resource', 'Verbs', 'Where', 'Why'],
    rbac.map((need) => [
      need.apiGroup === '' ? 'core' : `\`${need.apiGroup}\``,
      `\`${need.resource}\`${need.resourceNames === undefined ? '' : ` named ${codes(need.resourceNames)}`}`,
      need.verbs.join(', '),
      placeOf(need),
      need.why,
    ]),
  );
}

function placeOf({ namespace, clusterScoped }: RbacNeed): string {
  if (clusterScoped === 'all') return 'the cluster';
  if (namespace === 'root') return "Istio's root namespace";
  return namespace === 'own' ? 'its own namespace' : 'wherever it looks';
}
