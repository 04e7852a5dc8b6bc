import { bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { EnvoyConfig, EnvoySpelling } from '../../model/envoy-config.ts';
import type { EnvoyRejection, EnvoySection } from '../../model/envoy-resource.ts';
import { specObject } from '../../model/spec-fields.ts';
import { decodeBootstrap } from './decode-bootstrap.ts';
import { decodeCluster } from './decode-cluster.ts';
import { decodeEndpoints } from './decode-endpoints.ts';
import { decodeListener } from './decode-listener.ts';
import { decodeRouteConfig } from './decode-route.ts';
import { decodeSecrets } from './decode-secrets.ts';
import { invalidAnswer } from './envoy-answer-error.ts';
import { createProblems } from './problems.ts';
import { type FoundResource, findResources, type SectionReader } from './section-entries.ts';

/** The parts of a dump, found by their types: their order is not promised (Envoy admin/v3/config_dump.proto). */
export function decodeConfigs(configs: readonly unknown[], spelling: EnvoySpelling): EnvoyConfig {
  const problems = createProblems();
  const found = new Map<EnvoySection, FoundResource[]>();
  const rejected: RejectedBody[] = [];
  const reader: SectionReader = {
    resources: (section) => found.get(section) ?? found.set(section, []).get(section) ?? [],
    rejected: (rejection, body) => rejected.push({ rejection, body }),
    problem: problems.add,
  };
  const bodies = configs.map(specObject).filter((each) => each !== undefined);
  for (let lost = configs.length - bodies.length; lost > 0; lost--)
    problems.add('an entry of "configs" is not an object');
  if (bodies.every((body) => typeOf(body) === ''))
    throw invalidAnswer('its "configs" hold nothing that says its "@type"');
  const started = bodies.find((body) => typeOf(body) === 'BootstrapConfigDump');
  const bootstrap = started && decodeBootstrap(started);
  const secrets = bodies.find((body) => typeOf(body) === 'SecretsConfigDump');
  for (const body of bodies) if (body !== started && body !== secrets) findResources(typeOf(body), body, reader);
  addRejected(found, rejected);
  return {
    spelling,
    ...(bootstrap === undefined ? {} : { bootstrap }),
    ...(secrets === undefined ? {} : { secrets: decodeSecrets(secrets, problems) }),
    ...decodeSections(found),
    rejections: onceEach(rejected.map(({ rejection }) => rejection)),
    problems: problems.list(),
  };
}

interface RejectedBody {
  readonly rejection: EnvoyRejection;
  readonly body: EnvoyBody | undefined;
}

/** What was refused and has no older version is a resource that Envoy lacks. */
function addRejected(found: ReadonlyMap<EnvoySection, FoundResource[]>, rejected: readonly RejectedBody[]): void {
  for (const [section, resources] of found) {
    const names = new Set(resources.map(({ body }) => bodyText(body, 'name') ?? bodyText(body, 'cluster_name') ?? ''));
    for (const { rejection, body } of rejected) {
      if (body === undefined || rejection.section !== section || names.has(rejection.name)) continue;
      names.add(rejection.name);
      resources.push({ body, state: 'rejected' });
    }
  }
}

/** `ClustersConfigDump` of `type.googleapis.com/envoy.admin.v3.ClustersConfigDump`; also of another version. */
function typeOf(body: EnvoyBody): string {
  const [, type = ''] = /\.v\d\w*\.([\w.]+)$/.exec(bodyText(body, '@type') ?? '') ?? [];
  return type;
}

function decodeSections(found: ReadonlyMap<EnvoySection, readonly FoundResource[]>): Partial<EnvoyConfig> {
  const [clusters, listeners] = [found.get('clusters'), found.get('listeners')];
  const [routes, endpoints] = [found.get('routes'), found.get('endpoints')];
  return {
    ...(clusters === undefined ? {} : { clusters: clusters.map(({ body, state }) => decodeCluster(body, state)) }),
    ...(listeners === undefined ? {} : { listeners: listeners.map(({ body, state }) => decodeListener(body, state)) }),
    ...(routes === undefined ? {} : { routes: routes.map(({ body, state }) => decodeRouteConfig(body, state)) }),
    ...(endpoints === undefined ? {} : { endpoints: endpoints.map(({ body, state }) => decodeEndpoints(body, state)) }),
  };
}

/** A rejected listener is told twice: beside the active one, and as an entry without a name. */
function onceEach(rejections: readonly EnvoyRejection[]): readonly EnvoyRejection[] {
  const seen = new Map<string, EnvoyRejection>();
  for (const each of rejections) {
    const key = JSON.stringify([each.section, each.name, each.details]);
    const before = seen.get(key);
    if (before === undefined || (before.at === undefined && each.at !== undefined)) seen.set(key, each);
  }
  return [...seen.values()];
}
