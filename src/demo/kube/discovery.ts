import { pageNotFound } from './refusal.ts';
import { apiVersionOf, GROUPS, RESOURCES, type Resource } from './resources.ts';

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** `GET /version` of the recorded server. */
const VERSION = { major: '1', minor: '36', gitVersion: 'v1.36.3', gitTreeState: 'clean', platform: 'linux/amd64' };

/** What discovery says at a path; undefined for a path that is none of discovery's. @throws Refusal 404 */
export function discover(path: string): object | undefined {
  if (path === '/version') return VERSION;
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/api/v1') return resourceList('', 'v1');
  if (path === '/apis') {
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: [...GROUPS.keys()].map(groupOf) };
  }
  const [, group = '', version] = /^\/apis\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
  if (group === '') return undefined;
  const versions = GROUPS.get(group);
  if (versions === undefined) throw pageNotFound();
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
  if (!versions.includes(version)) throw pageNotFound();
  return resourceList(group, version);
}

function groupOf(name: string): object {
  const versions = (GROUPS.get(name) ?? []).map((version) => ({ groupVersion: apiVersionOf(name, version), version }));
  return { name, versions, preferredVersion: versions[0] };
}

function resourceList(group: string, version: string): object {
  const served = RESOURCES.filter((each) => each.group === group && each.versions.includes(version));
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(group, version),
    resources: served.flatMap(describe),
  };
}

function describe({ plural, singular, namespaced, kind, shortNames, custom }: Resource): object[] {
  const whole = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: VERBS,
    ...(shortNames.length > 0 && { shortNames }),
  };
  if (custom)
    return [whole, { name: `${plural}/status`, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] }];
  if (plural !== 'pods') return [whole];
  return [whole, { name: 'pods/log', singularName: '', namespaced, kind, verbs: ['get'] }];
}
