import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { formatDuration, formatListenAddress } from '../config/units.ts';
import { type ConfigFlags, configFrom, declareConfigFlags } from './config-flags.ts';
import { type Io, UserError } from './io.ts';

/** `meshladder check-config`: every problem of a configuration, or what it comes to. */
export function configure(command: Command, io: Io): void {
  command.argument('[file]', 'the configuration file, as with --config.file');
  declareConfigFlags(command)
    .addHelpText('after', '\nExit code 0: serve would start with it; 1: it would not, and every problem is listed.')
    .action(async (file: string | undefined, flags: ConfigFlags) => {
      const config = await configFrom(file === undefined ? flags : { ...flags, 'config.file': file }, io, 1);
      await checkLogFormat(config);
      io.stdout.write(`OK\n${summary(config)}`);
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

function summary(config: Config): string {
  const lines = [
    ['role', config.role],
    ['istiods', istiods(config)],
    ['kubernetes', kubernetes(config)],
    ['access logs', accessLogs(config)],
    [
      'metrics',
      `${formatListenAddress(config.web.listenAddress)}${config.web.telemetryPath}, proxy detail ${config.metrics.proxyDetail}`,
    ],
  ];
  return lines.map(([name = '', value]) => `${`${name}:`.padEnd(13)}${value}\n`).join('');
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

function accessLogs({ role, accessLog }: Config): string {
  if (role === 'central') return 'not read (role central)';
  if (accessLog.mode === 'off') return 'off';
  const kept = accessLog.checkpointDir === undefined ? 'no checkpoint' : `checkpoint in ${accessLog.checkpointDir}`;
  return accessLog.mode === 'files'
    ? `files under ${accessLog.root}, ${kept}`
    : `Kubernetes log API, at most ${accessLog.maxStreams} streams, ${kept}`;
}
