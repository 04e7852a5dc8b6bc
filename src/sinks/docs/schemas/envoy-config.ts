import type { EnvoyLogger, LoggerChange } from '../../../model/envoy-loggers.ts';
import type { EnvoyState } from '../../../model/envoy-resource.ts';
import type { EnvoyRouteAction } from '../../../model/envoy-route.ts';
import type { SpecObject } from '../../../model/spec-fields.ts';
import type { ClusterRow } from '../../report/config-clusters.ts';
import type { EndpointsRow } from '../../report/config-endpoints.ts';
import type { ListenerRow } from '../../report/config-listeners.ts';
import type { RouteConfigRow } from '../../report/config-routes.ts';
import type { CertificateDocument, SecretRow } from '../../report/config-secrets.ts';
import {
  either,
  foreign,
  integer,
  list,
  nullable,
  object,
  optional,
  type Schema,
  text,
  time,
  word,
  yesNo,
} from './schema.ts';

/** Every row says why Envoy refused a newer one of its name. */
interface Refused {
  readonly rejection: string | null;
}

const state: Schema<EnvoyState> = word(['static', 'active', 'warming', 'draining', 'rejected']);
const rejection = nullable(text('Why Envoy refused a newer one of this name.'));
const config = foreign('As the dump has it.');
const name = text("The resource's full Envoy name; empty where it has none.");
const port = nullable(integer());

export const clusters: Schema<readonly (ClusterRow & Refused)[]> = list(
  object<ClusterRow & Refused>({
    name,
    fqdn: text(),
    port,
    subset: text(),
    direction: text(),
    type: text(),
    destinationRule: text(),
    state,
    config,
    rejection,
  }),
);

export const listeners: Schema<readonly (ListenerRow & Refused)[]> = list(
  object<ListenerRow & Refused>({
    name,
    addresses: list(text()),
    port,
    direction: text(),
    type: word(['HTTP', 'TCP', 'HTTP+TCP', 'UNKNOWN']),
    state,
    filterChains: list(
      object<ListenerRow['filterChains'][number]>({ name: text(), match: text(), destination: text() }),
    ),
    config,
    rejection,
  }),
);

type Action<K extends EnvoyRouteAction['kind']> = Extract<EnvoyRouteAction, { kind: K }>;

const weighted = object<Action<'clusters'>['clusters'][number]>({ name: text(), weight: integer() });
const toClusters = object<Action<'clusters'>>({ kind: { json: { const: 'clusters' } }, clusters: list(weighted) });
const byHeader = object<Action<'cluster_header'>>({ kind: { json: { const: 'cluster_header' } }, header: text() });
const redirect = object<Action<'redirect'>>({
  kind: { json: { const: 'redirect' } },
  redirect: foreign('RedirectAction'),
});
/** As written: what is undefined is left out of JSON. */
const direct = object<{ readonly kind: 'direct_response'; readonly status?: number }>({
  kind: { json: { const: 'direct_response' } },
  status: optional(integer()),
}) as unknown as Schema<Action<'direct_response'>>;
const other = object<Action<'other'>>({ kind: { json: { const: 'other' } } });
const action: Schema<EnvoyRouteAction> = either(either(either(toClusters, byHeader), either(redirect, direct)), other);

type VirtualHost = RouteConfigRow['virtualHosts'][number];

export const secrets: Schema<readonly SecretRow[]> = list(
  object<SecretRow>({
    name,
    type: word(['certificate', 'ca', 'other']),
    state: word(['static', 'active', 'warming']),
    certificates: list(
      object<CertificateDocument>({
        serial: text('In hexadecimal, lower case.'),
        valid: yesNo('Whether it was in force when the command ran.'),
        notBefore: time(),
        notAfter: time(),
        names: list(text()),
      }),
      'Of a chain its first; of those that are trusted each.',
    ),
  }),
);

export const routes: Schema<readonly (RouteConfigRow & Refused)[]> = list(
  object<RouteConfigRow & Refused>({
    name,
    state,
    virtualHosts: list(
      object<VirtualHost>({
        name: text(),
        domains: list(text()),
        routes: list(
          object<VirtualHost['routes'][number]>({ name: text(), match: text(), action, virtualService: text() }),
          'In the order in which they are tried.',
        ),
      }),
    ),
    config,
    rejection,
  }),
);

export const endpoints: Schema<readonly (EndpointsRow & Refused)[]> = list(
  object<EndpointsRow & Refused>({
    name: text("The cluster's."),
    state: nullable(state),
    endpoints: list(
      object<EndpointsRow['endpoints'][number]>({
        address: text(),
        port,
        status: text('As istiod says.'),
        verdict: nullable(word(['healthy', 'unhealthy', 'ejected'])),
        flags: list(text()),
        locality: text(),
        weight: nullable(integer()),
        priority: integer(),
      }),
    ),
    config: nullable(config),
    rejection,
  }),
);

export const bootstrap: Schema<{ readonly bootstrap: SpecObject }> = object<{ readonly bootstrap: SpecObject }>({
  bootstrap: config,
});

export const loggers: Schema<readonly EnvoyLogger[]> = list(object<EnvoyLogger>({ name: text(), level: text() }));

export const loggerChanges: Schema<readonly LoggerChange[]> = list(
  object<LoggerChange>({ name: text(), before: text(), after: text() }),
);

/** Each section that is there. */
interface AllDocument {
  readonly clusters?: readonly (ClusterRow & Refused)[];
  readonly listeners?: readonly (ListenerRow & Refused)[];
  readonly routes?: readonly (RouteConfigRow & Refused)[];
  readonly endpoints?: readonly (EndpointsRow & Refused)[];
  readonly bootstrap?: SpecObject;
}

export const all: Schema<AllDocument> = object<AllDocument>({
  clusters: optional(clusters),
  listeners: optional(listeners),
  routes: optional(routes),
  endpoints: optional(endpoints),
  bootstrap: optional(config),
});
