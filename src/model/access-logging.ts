import type { ClusterObjects } from './cluster.ts';
import { selects } from './label-selector.ts';
import { meshConfigOfRevision } from './mesh-config-of.ts';
import { known } from './observed.ts';
import type { ProxyType } from './proxy.ts';
import { type SpecObject, specLabels, specList, specObject, specObjects, specText } from './spec-fields.ts';
import type { ConfigObject, Labels, MeshConfig } from './workload.ts';

/**
 * Whether a proxy writes access lines to its standard output. `filtered`: only some of them, so no rate or share can be
 * computed from what it writes. `unknown`: the configuration that decides cannot be read.
 */
export const ACCESS_LOGGING_MODES = ['on', 'off', 'filtered', 'unknown'] as const;
export type AccessLoggingMode = (typeof ACCESS_LOGGING_MODES)[number];

/** The proxy that is asked about. */
export interface LoggingProxy {
  readonly namespace: string;
  readonly labels: Labels;
  readonly type: ProxyType;
  /** The revision whose mesh configuration applies. */
  readonly revision: string | undefined;
}

const TELEMETRIES = 'telemetries.telemetry.istio.io';
const STDOUT = '/dev/stdout';

/** Traffic as a proxy's own and as a server's; a gateway's all counts as its own. */
type Side = 'CLIENT' | 'SERVER';
const SIDES: readonly Side[] = ['CLIENT', 'SERVER'];

/** For each log provider in force on one side: whether it logs, and whether all. */
type Providers = Map<string, 'on' | 'off' | 'filtered'>;

/** Answers for any number of proxies of one cluster. */
export type AccessLogging = (proxy: LoggingProxy) => AccessLoggingMode;

/**
 * Istio's rule (pilot/pkg/model/telemetry.go): a Telemetry with accessLogging, in the root
 * namespace, then the proxy's, then for its labels, or default providers in the mesh configuration, put accessLogFile
 * out of force. Each later one goes on from the providers of the one before.
 */
export function accessLogging(cluster: ClusterObjects, rootNamespace: string): AccessLogging {
  const meshConfigs = known(cluster.meshConfigs);
  const telemetries = known(cluster.config[TELEMETRIES] ?? { state: 'pending' });
  if (meshConfigs === undefined || telemetries === undefined) return () => 'unknown';
  const configs = [...meshConfigs.values()];
  const byNamespace = Map.groupBy(oldestFirst([...telemetries.values()]), ({ namespace }) => namespace);
  const answers = new Map<string, AccessLoggingMode>();
  return (proxy) => {
    const { namespace, type, revision } = proxy;
    // Where no Telemetry is for some workloads only, all proxies of a kind have one answer.
    const key = byNamespace.get(namespace)?.every(isForAll) === false ? undefined : `${namespace} ${type} ${revision}`;
    const answered = key === undefined ? undefined : answers.get(key);
    if (answered !== undefined) return answered;
    const answer = answerFor(proxy, configs, byNamespace, rootNamespace);
    if (key !== undefined) answers.set(key, answer);
    return answer;
  };
}

function answerFor(
  proxy: LoggingProxy,
  configs: readonly MeshConfig[],
  byNamespace: ReadonlyMap<string, readonly ConfigObject[]>,
  rootNamespace: string,
): AccessLoggingMode {
  const mesh = meshConfigOfRevision(configs, proxy.revision);
  if (mesh === undefined) return 'unknown';
  const applied = appliedTelemetries(byNamespace, mesh.rootNamespace ?? rootNamespace, proxy);
  const sides = proxy.type === 'router' ? SIDES.slice(0, 1) : SIDES;
  return merge(sides.map((side) => modeOfSide(mesh, applied, side)));
}

function oldestFirst(telemetries: readonly ConfigObject[]): readonly ConfigObject[] {
  return telemetries.toSorted((one, other) => one.createdAt - other.createdAt || (one.name < other.name ? -1 : 1));
}

/** At most one of each scope, the oldest: Istio ignores the others. */
function appliedTelemetries(
  byNamespace: ReadonlyMap<string, readonly ConfigObject[]>,
  rootNamespace: string,
  { namespace, labels }: LoggingProxy,
): readonly ConfigObject[] {
  const own = byNamespace.get(namespace) ?? [];
  const scopes = [
    byNamespace.get(rootNamespace)?.find(isForAll),
    own.find(isForAll),
    own.find((telemetry) => isForWorkload(telemetry, labels)),
  ];
  return scopes.filter((telemetry) => telemetry !== undefined);
}

function isForAll({ spec }: ConfigObject): boolean {
  return spec['selector'] === undefined && targetsOf(spec).length === 0;
}

function isForWorkload({ spec }: ConfigObject, labels: Labels): boolean {
  const gateway = labels['gateway.networking.k8s.io/gateway-name'];
  const isNamed = ({ kind, name }: SpecObject): boolean => kind === 'Gateway' && name === gateway;
  if (gateway !== undefined && targetsOf(spec).some(isNamed)) return true;
  const wanted = specLabels(specObject(spec['selector'])?.['matchLabels']);
  return wanted !== undefined && selects({ matchLabels: wanted }, labels);
}

function targetsOf(spec: SpecObject): readonly SpecObject[] {
  return [...specObjects(spec['targetRefs']), ...specObjects([spec['targetRef']])];
}

function modeOfSide(mesh: MeshConfig, applied: readonly ConfigObject[], side: Side): AccessLoggingMode {
  const defaults = specList(specObject(mesh.raw['defaultProviders'])?.['accessLogging']).filter(
    (name) => typeof name === 'string',
  );
  const logging = applied.map(({ spec }) => specObjects(spec['accessLogging'])).filter((entries) => entries.length > 0);
  if (logging.length === 0 && defaults.length === 0) return mesh.accessLogFile === STDOUT ? 'on' : 'off';
  let providers: Providers = new Map(defaults.map((name) => [name, 'on']));
  for (const entries of logging) providers = providersAfter(entries, providers, side);
  return merge(
    [...providers].filter(([name]) => writesToStdout(name, mesh)).map(([, mode]) => mode),
    'any',
  );
}

/** An entry without providers of its own speaks of those in force. */
function providersAfter(entries: readonly SpecObject[], parent: Providers, side: Side): Providers {
  const after: Providers = new Map(parent);
  for (const entry of entries) {
    if (!isForSide(entry, side)) continue;
    const named = specObjects(entry['providers']).flatMap(({ name }) => specText(name) ?? []);
    for (const name of named.length > 0 ? named : parent.keys()) after.set(name, wordOf(entry));
  }
  return after;
}

function isForSide(entry: SpecObject, side: Side): boolean {
  const mode = specObject(entry['match'])?.['mode'];
  return mode === undefined || mode === 'CLIENT_AND_SERVER' || mode === side;
}

function wordOf(entry: SpecObject): 'on' | 'off' | 'filtered' {
  if (entry['disabled'] === true) return 'off';
  return entry['filter'] === undefined ? 'on' : 'filtered';
}

/** The provider `envoy` is built in; what goes to OpenTelemetry, gRPC or another file never reaches the log we read. */
function writesToStdout(provider: string, mesh: MeshConfig): boolean {
  const defined = specObjects(mesh.raw['extensionProviders']).find(({ name }) => name === provider);
  if (defined === undefined) return provider === 'envoy';
  return specObject(defined['envoyFileAccessLog'])?.['path'] === STDOUT;
}

/**
 * One word for several.
 * @param rule `any`: providers that write the same lines, the fullest speaks; `all`: sides that write different lines
 */
function merge(modes: readonly AccessLoggingMode[], rule: 'any' | 'all' = 'all'): AccessLoggingMode {
  if (rule === 'any' && modes.includes('on')) return 'on';
  if (modes.length === 0 || modes.every((mode) => mode === 'off')) return 'off';
  return modes.every((mode) => mode === 'on') ? 'on' : 'filtered';
}
