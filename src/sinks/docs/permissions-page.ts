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
    ...ISTIOD,
    ...needs.flatMap(({ source, when, rbac }) => [
      `## ${source}`,
      when,
      rbac.length === 0 ? 'No permission at all.' : needTable(rbac),
    ]),
  ]);
}

/** What istiod itself asks of who asks it (Istio pilot/pkg/xds/debug.go, statusgen.go, debuggen.go). */
const ISTIOD: readonly string[] = [
  '## istiod',
  'istiod lets nobody in by their rights in Kubernetes, but by a token. `istiod.access: auto` takes the first way that works and says in `/api/v1/status` which it is and why not the one before; the exporter forwards ports to ask istiods of remote clusters alone, where `remoteClusters.portForward` says so.',
  table(
    ['Way', 'Port', 'What it takes', 'Closed by'],
    [
      [
        '`http`',
        '15014',
        "`istiod.tokenFile`: a projected service-account token with audience `istio-ca`, from istiod's own namespace or one named in its `DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES`",
        '`ENABLE_DEBUG_ON_HTTP=false`, or a NetworkPolicy on 15014',
      ],
      [
        '`xds`',
        '15012',
        'the same token, and `istiod.caFile`: the ConfigMap `istio-ca-root-cert`, mounted; the API is not asked for it',
        'nothing that would not cut off the proxies too',
      ],
      [
        'forwarded port, `xds`',
        '15012',
        'a token (`--token-file` or `--request-token`), and the ConfigMap `istio-ca-root-cert` or `--ca-file`. Commands only: the exporter has no token that istiods of other clusters would take',
        'as `xds`',
      ],
      [
        'forwarded port',
        '15014',
        'no token; for commands the rights of the commands below, for the exporter, in remote clusters alone, those of [istiods of remote clusters](#istiods-of-remote-clusters)',
        'as `http`',
      ],
    ],
  ),
];

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
