import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import type { Config, ListenAddress } from '../config/config.ts';
import { readRemoteContext } from '../config/remote-context.ts';
import { formatDuration, formatListenAddress, parseDuration } from '../config/units.ts';
import { type ConfigFlags, configFrom, declareConfigFlags } from './config-flags.ts';
import { type Io, UserError } from './io.ts';

/** `meshladder check-config`: every problem of a configuration, or what it comes to. */
export function configure(command: Command, io: Io): void {
  command.argument('[file]', 'the configuration file, as with --config.file; - is stdin');
  declareConfigFlags(command)
    .addHelpText('after', '\nExit code 0: serve would start with it; 1: it would not, and every problem is listed.')
    .action(async (file: string | undefined, flags: ConfigFlags) => {
      const config = await configFrom(file === undefined ? flags : { ...flags, 'config.file': file }, io, 1);
      await checkLogFormat(config);
      await checkWebConfig(config);
      io.stdout.write(`OK\n${summary(config)}${await changes(config)}`);
    });
}

/** @throws UserError when the configured format of access lines cannot be read: serve would not start with it */
async function checkLogFormat({ accessLog }: Config): Promise<void> {
  const [{ compileFormat }, { formatSpec }] = await Promise.all([
    import('../sources/access-log/format.ts'),
    import('../sources/access-log/format-spec.ts'),
  ]);
  const { format, problems } = compileFormat(formatSpec(accessLog.format));
  if (format === undefined) throw new UserError(problems.map(({ message }) => message).join('\n'), { exitCode: 1 });
}

/** @throws UserError when the web configuration cannot be taken */
async function checkWebConfig({ web }: Config): Promise<void> {
  if (web.configFile === undefined) return;
  const { readUsableWebConfig, tellProblems } = await import('../app/live-web-config.ts');
  const { result } = await readUsableWebConfig(web.configFile);
  if (!result.ok) throw new UserError(tellProblems(result.problems), { exitCode: 1 });
}

function summary(config: Config): string {
  const lines = [
    ['role', config.role],
    ['istiods', istiods(config)],
    ['kubernetes', kubernetes(config)],
    ['clusters', clusters(config)],
    ['election', election(config)],
    ['access logs', accessLogs(config)],
    [
      'metrics',
      `${formatListenAddress(config.web.listenAddress)}${config.web.telemetryPath}, proxy detail ${config.metrics.proxyDetail}`,
    ],
  ];
  return lines.map(([name = '', value]) => `${`${name}:`.padEnd(13)}${value}\n`).join('');
}

/** Every key that is not what it is when left out, as it was understood: what is hidden cannot be checked. */
async function changes(config: Config): Promise<string> {
  const [{ FIELDS }, { configSchema }] = await Promise.all([
    import('../config/overrides.ts'),
    import('../config/schema.ts'),
  ]);
  const defaults = configSchema.parse({});
  const changed = [...FIELDS.keys()].flatMap((path) => {
    const [value, fallback] = [config, defaults].map((each) => valueAt(each, path));
    return isDeepStrictEqual(value, fallback) ? [] : [`  ${path}: ${valueText(value, FIELDS.get(path)?.fallback)}\n`];
  });
  return changed.length === 0 ? '' : `not as by default:\n${changed.join('')}`;
}

function valueAt(config: Config, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>>)[key], config);
}

/** As one would write it in YAML, on one line. */
function valueText(value: unknown, fallback: unknown): string {
  if (typeof value === 'number' && typeof fallback === 'string') {
    return typeof parseDuration(fallback) === 'number' ? formatDuration(value) : formatBytes(value);
  }
  if (typeof value === 'string') return /^[\w./:%@=+-]+$/.test(value) ? value : JSON.stringify(value);
  if (isListenAddress(value)) return formatListenAddress(value);
  return JSON.stringify(value);
}

function formatBytes(bytes: number): string {
  if (bytes % (1 << 20) === 0) return `${bytes / (1 << 20)}MiB`;
  return `${bytes / (1 << 10)}KiB`;
}

function isListenAddress(value: unknown): value is ListenAddress {
  return typeof value === 'object' && value !== null && 'port' in value;
}

function istiods({ role, istiod }: Config): string {
  if (role === 'agent') return 'not asked (role agent)';
  const where = istiod.discovery === 'static' ? istiod.urls.join(', ') : `pods in ${istiod.rootNamespace}`;
  return `${where}, every ${formatDuration(istiod.interval)}, fast ${formatDuration(istiod.fastInterval)}`;
}

function kubernetes({ role, kubernetes: { mode, namespaces } }: Config): string {
  if (role === 'agent') return 'not asked (role agent)';
  return `${mode}, ${namespaces.length === 0 ? 'all namespaces' : `namespaces ${namespaces.join(', ')}`}`;
}

function clusters({ role, cluster, remoteClusters: { contexts, secrets, portForward } }: Config): string {
  if (role === 'agent') return `${cluster.id}, its logs alone (role agent)`;
  if (contexts.length === 0 && !secrets) return `${cluster.id} alone`;
  const named = contexts.map((text) => readRemoteContext(text).id);
  const all = [cluster.id, ...named, ...(secrets ? ['those of remote secrets'] : [])].join(', ');
  return `${all}; istiods there ${portForward ? 'through their API servers' : 'not asked'}`;
}

function election({ role, leaderElection: { enabled, leaseName, leaseNamespace, leaseDuration } }: Config): string {
  if (!enabled) return role === 'agent' ? 'none (role agent)' : 'none, it always leads';
  return `by Lease ${leaseName} in ${leaseNamespace ?? "the pod's namespace"}, of ${formatDuration(leaseDuration)}`;
}

function accessLogs({ role, accessLog }: Config): string {
  if (role === 'central') return 'not read (role central)';
  if (accessLog.mode === 'off') return 'off';
  const kept = accessLog.checkpointDir === undefined ? 'no checkpoint' : `checkpoint in ${accessLog.checkpointDir}`;
  return accessLog.mode === 'files'
    ? `files under ${accessLog.root}, ${kept}`
    : `Kubernetes log API, at most ${accessLog.maxStreams} streams, ${kept}`;
}
