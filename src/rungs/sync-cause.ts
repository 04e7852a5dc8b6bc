import { sameAs, sentences } from './alert-text.ts';
import { FAMILIES as SYNC } from './config-synced/families.ts';
import { FAMILIES as CONTROL_PLANE } from './control-plane/families.ts';
import { FAMILIES as IN_MESH } from './in-mesh/families.ts';
import { lastSeen } from './promql.ts';
import { DECLARED, EXPECTED, OBSERVED_SHARE } from './routes/recordings.ts';

/** Labels of an alert that say whose cause is asked for. */
type Place = readonly ('mesh_cluster' | 'proxy_namespace' | 'proxy' | 'workload')[];

const NAMESPACE: Place = ['mesh_cluster', 'proxy_namespace'];
const PROXY: Place = [...NAMESPACE, 'proxy'];
const WORKLOAD: Place = [...NAMESPACE, 'workload'];

/** Matchers of labels by the values that an alert has for them, however often they are asked for: `a=%[1]q,b=%[2]q`. */
function ofAlert(place: Place): string {
  return place.map((label, nth) => `${label}=%[${nth + 1}]q`).join(',');
}

/** The series of a family at a place now; over a scrape that failed, the last. What was so for one poll is no cause. */
function at(family: { readonly name: string }, source: 'istiod' | 'kubernetes', place: Place, more = ''): string {
  return lastSeen(`${family.name}{${ofAlert(place)}${more}}`, source).replaceAll('"', "'");
}

/** Matchers of what objects of the alert's namespace declare. */
const OBJECTS = 'mesh_cluster=%q,object_namespace=%q';

const BLOCK =
  'NetworkPolicy {{ .Labels.policy_namespace }}/{{ .Labels.policy }} blocks {{ .Labels.direction }} to istiod:15012.';

function blockedAt(place: Place): string {
  const most = `sum by (policy_namespace, policy, direction) (${at(SYNC.xdsBlocked, 'kubernetes', place)})`;
  return sentences(`topk(2, ${most} > 0)`, place, BLOCK);
}

/** The istiods that do not answer among those that proxies of a place were last connected to. */
function istiodAwayFrom(place: Place): string {
  const away = `max by (istiod, state) (${at(CONTROL_PLANE.istiodPollState, 'istiod', ['mesh_cluster'], ",state!~'ok|denied'")}) == 1`;
  // What is cut off is in no table now: its istiod is the one of before.
  return sentences(
    `${away} and on (istiod) last_over_time(${SYNC.info.name}{${ofAlert(place)}}[3m])`,
    place,
    'Istiod {{ .Labels.istiod }} does not answer: {{ .Labels.state }}.',
  );
}

/** Why a proxy is connected to no istiod, where a lower look tells: a policy, its istiod, its own words. */
export const CAUSE_OF_MISSING: string = [
  blockedAt(WORKLOAD),
  istiodAwayFrom(PROXY),
  sentences(
    `topk(1, sum by (reason) (increase(${SYNC.xdsStreamFailures.name}{${sameAs(WORKLOAD)}}[10m])) > 0)`,
    WORKLOAD,
    'Proxies of {{ $labels.workload }} log of their link to istiod: {{ .Labels.reason }}.',
  ),
].join('');

/** Which of missing, rejecting and silent a proxy is, and why. */
export const CAUSE_OF_PROXY: string = [
  sentences(at(IN_MESH.proxyMissing, 'istiod', PROXY), PROXY, 'No istiod lists it.'),
  sentences(
    `max by (xds_type, reason) (${at(SYNC.rejected, 'istiod', PROXY)})`,
    PROXY,
    'It rejects {{ .Labels.xds_type | toUpper }}: {{ .Labels.reason }}.',
  ),
  sentences(
    `count(${at(SYNC.unackedSince, 'istiod', PROXY)} unless on (xds_type) ${at(SYNC.rejected, 'istiod', PROXY)})`,
    PROXY,
    'It is connected and does not acknowledge what it is sent.',
  ),
  CAUSE_OF_MISSING,
].join('');

const SHARE_OF: readonly string[] = [
  'mesh_cluster',
  'object_namespace',
  'object_name',
  'route',
  'destination',
  'subset',
];

/**
 * What comes of it: the subsets of a namespace that get less than half of what is declared, where enough is sent to tell.
 * Recordings of another group: they may be one evaluation old.
 */
export const CANARIES_IN_NAMESPACE: string = sentences(
  `topk(2, ${DECLARED}{${OBJECTS}} > 2 * ${OBSERVED_SHARE}{${OBJECTS}} and ${EXPECTED}{${OBJECTS}} >= 20)`,
  ['mesh_cluster', 'proxy_namespace', 'mesh_cluster', 'proxy_namespace', 'mesh_cluster', 'proxy_namespace'],
  `Canary {{ .Labels.object_name }}/{{ or .Labels.subset .Labels.destination }}: declared {{ .Value | humanizePercentage }}, observed {{ with printf "${OBSERVED_SHARE}{${sameAs(SHARE_OF)}}" ${SHARE_OF.map((label) => `.Labels.${label}`).join(' ')} | query }}{{ . | first | value | humanizePercentage }}{{ end }}.`,
);

/** What is known to be wrong in a namespace whose proxies are behind. */
export const CAUSE_IN_NAMESPACE: string = [
  blockedAt(NAMESPACE),
  sentences(
    `topk(2, count by (xds_type, reason) (${at(SYNC.rejected, 'istiod', NAMESPACE)}))`,
    NAMESPACE,
    '{{ .Value }} of them reject {{ .Labels.xds_type | toUpper }}: {{ .Labels.reason }}.',
  ),
  istiodAwayFrom(NAMESPACE),
].join('');
