import { bodyField, bodyObject, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { EnvoyRejection, EnvoySection, EnvoyState } from '../../model/envoy-resource.ts';
import { specObject } from '../../model/spec-fields.ts';
import { readTime } from './dump-times.ts';
import { invalidAnswer } from './envoy-answer-error.ts';

/** A resource as found in a dump, not looked into yet. */
export interface FoundResource {
  readonly body: EnvoyBody;
  readonly state: EnvoyState;
}

/** Takes what is found. */
export interface SectionReader {
  /** The list to add to. Asking for it says that the dump has the section. */
  resources(section: EnvoySection): FoundResource[];
  /** @param failed what Envoy refused, where it is told */
  rejected(rejection: EnvoyRejection, failed: EnvoyBody | undefined): void;
  problem(problem: string): void;
}

interface EntryList {
  readonly field: string;
  /** Where in an entry a resource is, and what that makes of it. */
  readonly places: readonly (readonly [path: readonly string[], state: EnvoyState])[];
}

interface SectionShape {
  readonly section: EnvoySection;
  /** The type of the resources themselves: istiod's dump of one type lists them bare. */
  readonly resourceType: string;
  readonly lists: readonly EntryList[];
}

const ACTIVE_LISTENER = [
  [['active_state', 'listener'], 'active'],
  [['warming_state', 'listener'], 'warming'],
  [['draining_state', 'listener'], 'draining'],
] as const;

/** Where resources stand in each part of a dump, and in what state (Envoy admin/v3/config_dump_shared.proto). */
const SHAPES: Readonly<Record<string, SectionShape>> = {
  ClustersConfigDump: {
    section: 'clusters',
    resourceType: 'Cluster',
    lists: [
      { field: 'static_clusters', places: [[['cluster'], 'static']] },
      { field: 'dynamic_active_clusters', places: [[['cluster'], 'active']] },
      { field: 'dynamic_warming_clusters', places: [[['cluster'], 'warming']] },
    ],
  },
  ListenersConfigDump: {
    section: 'listeners',
    resourceType: 'Listener',
    lists: [
      { field: 'static_listeners', places: [[['listener'], 'static']] },
      { field: 'dynamic_listeners', places: ACTIVE_LISTENER },
    ],
  },
  RoutesConfigDump: {
    section: 'routes',
    resourceType: 'RouteConfiguration',
    lists: [
      { field: 'static_route_configs', places: [[['route_config'], 'static']] },
      { field: 'dynamic_route_configs', places: [[['route_config'], 'active']] },
    ],
  },
  EndpointsConfigDump: {
    section: 'endpoints',
    resourceType: 'ClusterLoadAssignment',
    lists: [
      { field: 'static_endpoint_configs', places: [[['endpoint_config'], 'static']] },
      { field: 'dynamic_endpoint_configs', places: [[['endpoint_config'], 'active']] },
    ],
  },
};

/**
 * Finds the resources of one part of a dump: a whole section, or one bare resource. Parts of other types hold nothing
 * that is listed here.
 * @throws EnvoyAnswerError where a list of the section is no list
 */
export function findResources(type: string, body: EnvoyBody, reader: SectionReader): void {
  const shape = Object.hasOwn(SHAPES, type) ? SHAPES[type] : undefined;
  if (shape === undefined) findBare(type, body, reader);
  else findInSection(type, shape, body, reader);
}

function findInSection(type: string, shape: SectionShape, body: EnvoyBody, reader: SectionReader): void {
  reader.resources(shape.section);
  for (const list of shape.lists) {
    const entries = bodyField(body, list.field) ?? [];
    if (!Array.isArray(entries)) throw invalidAnswer(`${type}: its ${list.field} is not a list`);
    for (const entry of entries) findInEntry(entry, list, shape.section, reader);
  }
}

function findBare(type: string, body: EnvoyBody, reader: SectionReader): void {
  const shape = Object.values(SHAPES).find(({ resourceType }) => resourceType === type);
  if (shape !== undefined) reader.resources(shape.section).push({ body, state: 'active' });
}

function findInEntry(value: unknown, list: EntryList, section: EnvoySection, reader: SectionReader): void {
  const entry = specObject(value);
  const found = list.places.flatMap(([path, state]) => {
    const body = path.reduce<EnvoyBody | undefined>((inner, name) => bodyObject(inner, name), entry);
    return body === undefined ? [] : [{ body, state }];
  });
  for (const each of found) reader.resources(section).push(each);
  const error = bodyObject(entry, 'error_state');
  if (error !== undefined) findRejected(error, entry, section, reader);
  else if (found.length === 0) reader.problem(`an entry of ${list.field} has no ${list.places[0]?.[0].at(-1)}`);
}

function findRejected(
  error: EnvoyBody,
  entry: EnvoyBody | undefined,
  section: EnvoySection,
  reader: SectionReader,
): void {
  const failed = bodyObject(error, 'failed_configuration');
  const name = bodyText(failed, 'name') ?? bodyText(failed, 'cluster_name') ?? bodyText(entry, 'name') ?? '';
  const at = readTime(bodyText(error, 'last_update_attempt'));
  const details = bodyText(error, 'details') ?? '';
  reader.rejected({ section, name, details, ...(at === undefined ? {} : { at }) }, failed);
}
