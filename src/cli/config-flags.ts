import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { fromFlags } from '../config/overrides.ts';
import { problemText } from '../config/problem.ts';
import { LADDER } from '../rungs/index.ts';
import { SELF_FAMILIES } from '../sinks/metrics/self-families.ts';
import { type Io, UserError } from './io.ts';

/** Flags as commander gives them. */
export type ConfigFlags = Readonly<Record<string, string | undefined>>;

interface ConfigFlag {
  readonly flag: string;
  readonly argument: string;
  readonly path: string;
  readonly about: string;
}

/** Flags that override one key each, named as Prometheus' and kubectl's own. Every other key has its variable. */
const FLAGS: readonly ConfigFlag[] = [
  {
    flag: '--web.listen-address',
    argument: '<address>',
    path: 'web.listenAddress',
    about: 'where to serve HTTP, as in :19012 or 127.0.0.1:0',
  },
  { flag: '--web.telemetry-path', argument: '<path>', path: 'web.telemetryPath', about: 'the path of the metrics' },
  {
    flag: '--web.config.file',
    argument: '<file>',
    path: 'web.configFile',
    about: 'TLS, client certificates, passwords and headers, as exporter-toolkit has them',
  },
  { flag: '--log.level', argument: '<level>', path: 'log.level', about: 'debug, info, warn or error' },
  { flag: '--log.format', argument: '<format>', path: 'log.format', about: 'logfmt or json' },
  { flag: '--kubeconfig', argument: '<file>', path: 'kubernetes.kubeconfig', about: 'the kubeconfig file to use' },
  { flag: '--context', argument: '<name>', path: 'kubernetes.context', about: 'the context of the kubeconfig to use' },
];

/** One flag for two keys. */
const SHARD = '--shard';

/** Adds `--config.file` and the override flags to a command. */
export function declareConfigFlags(command: Command): Command {
  command.option(
    '--config.file <file>',
    'the configuration file, - is stdin; without it, defaults and MESHLADDER_… variables',
  );
  for (const { flag, argument, about } of FLAGS) command.option(`${flag} ${argument}`, about);
  command.option(`${SHARD} <i/n>`, 'be shard i, counted from 0, of n; auto/n takes i from the name of the pod');
  return command;
}

/** The configuration that file, environment and flags give together. @throws UserError with every problem, a line each */
export async function configFrom(flags: ConfigFlags, io: Io, exitCode = 2): Promise<Config> {
  const given = [
    ...FLAGS.map(({ flag, path }) => ({ flag, path, value: flagValue(flags, flag) })),
    ...shardGiven(flagValue(flags, SHARD)),
  ];
  const file = flagValue(flags, '--config.file');
  const loaded = await loadConfig({
    ...(file === '-' ? { file: 'stdin', text: await readStdin(io) } : { file }),
    env: io.env,
    flags: fromFlags(given.filter((one): one is typeof one & { value: string } => one.value !== undefined)),
    families: familyNames(),
  });
  if (loaded.ok) return loaded.config;
  const lines = loaded.problems.map((problem) => `  ${problemText(problem)}`);
  throw new UserError(`the configuration has ${count(lines.length)}:\n${lines.join('\n')}`, { exitCode });
}

/** Of `1/3` the number and the count; what is no such pair is told as wrong by the keys themselves. */
function shardGiven(text: string | undefined) {
  if (text === undefined) return [];
  const [index = '', ...counts] = text.split('/');
  return [
    { flag: SHARD, path: 'shard.index', value: index },
    { flag: SHARD, path: 'shard.count', value: counts.join('/') },
  ];
}

const MAX_BYTES = 1 << 20;

async function readStdin({ stdin }: Io): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new UserError('stdin: larger than 1 MiB; is this a configuration?');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function count(problems: number): string {
  return problems === 1 ? 'a problem' : `${problems} problems`;
}

/** Commander camel-cases at dashes and keeps dots: `--web.listen-address` is `web.listenAddress`. */
function flagValue(flags: ConfigFlags, flag: string): string | undefined {
  return flags[flag.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
}

function familyNames(): readonly string[] {
  const families = [...LADDER.flatMap((rung) => Object.values(rung.families)), ...Object.values(SELF_FAMILIES)];
  return families.map((family) => family.name);
}
