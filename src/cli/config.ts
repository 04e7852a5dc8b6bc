import type { Command } from 'commander';
import type { EnvoyDump } from '../model/envoy-config.ts';
import { systemClock } from '../runtime/clock.ts';
import { bootstrapTable } from '../sinks/report/config-bootstrap.ts';
import { loggersText, verboseNotes } from '../sinks/report/config-loggers.ts';
import { secretRow, secretTable } from '../sinks/report/config-secrets.ts';
import { formatConfigTable } from '../sinks/report/config-table.ts';
import { oneLine } from '../sinks/report/text-table.ts';
import type { EnvoyPart } from '../sources/envoy/admin-requests.ts';
import { printAll } from './config-all.ts';
import { collectFiles, readDump } from './config-dump.ts';
import { type ConfigFlags, type ConfigOptions, type ConfigPart, readConfigOptions } from './config-options.ts';
import { printSection } from './config-parts.ts';
import { configWriter } from './config-writer.ts';
import { type Io, UserError } from './io.ts';
import { declareLiveOptions } from './kube-session.ts';

/** `meshladder config`: what an Envoy has, listed as `istioctl proxy-config` lists it. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('<part>', 'clusters, listeners, routes, endpoints, bootstrap, secrets, log or all')
    .argument('[pod]', 'whose: POD.NAMESPACE, deploy/NAME.NAMESPACE, or either without it and with -n')
    .option(
      '-f, --file <file>',
      'a saved answer of the proxy, also compressed; may be given several times',
      collectFiles,
    )
    .option('--bundle <bundle>', 'what it had answered when this bug report was made: a .tar.gz, or a folder of dumps')
    .option('-o, --output <format>', 'table, json or yaml (default: table; of bootstrap: json)')
    .option('--fqdn <text>', 'clusters whose service has this in its name')
    .option('--port <port>', 'clusters, listeners or endpoints of this port')
    .option('--subset <subset>', 'clusters of this subset')
    .option('--direction <direction>', 'clusters that are inbound or outbound')
    .option('--address <address>', 'listeners or endpoints of this address')
    .option('--type <type>', 'listeners that are HTTP, TCP, HTTP+TCP or UNKNOWN')
    .option('--name <name>', 'the route configuration of this name')
    .option('--cluster <name>', 'endpoints of this cluster')
    .option('--status <status>', 'endpoints that are HEALTHY, UNHEALTHY, EJECTED, …')
    .option('--level <levels>', 'of log: set loggers, as in rbac:debug,http:trace; default puts back what writes more')
    .option('--all', 'with one level: every logger there is')
    .option('--for <duration>', 'with --level: wait so long, then put back what was before')
    .option('--yes', 'with --level: do not ask');
  declareLiveOptions(command)
    .addHelpText('after', AFTER_HELP)
    .action(async (what: string, pod: string | undefined, flags: ConfigFlags) => {
      const options = readConfigOptions(what, pod, flags);
      if (options.levels !== undefined) {
        const { setLevels } = await import('./config-log-set.ts');
        return exit(await setLevels({ ...options, options: options.levels }, io));
      }
      const dump = await readDump(options.origin, PARTS[options.part], io);
      for (const note of await print(dump, options, io)) io.stderr.write(`meshladder: ${oneLine(note, 1_000)}\n`);
    });
}

/** What of a running Envoy each part needs. */
const PARTS: Readonly<Record<ConfigPart, readonly EnvoyPart[]>> = {
  clusters: ['clusters'],
  listeners: ['listeners'],
  routes: ['routes'],
  endpoints: ['endpoints', 'statuses'],
  bootstrap: ['bootstrap'],
  secrets: ['secrets'],
  log: ['loggers'],
  // No secrets: who looks for routes need not carry certificates about.
  all: ['bootstrap', 'clusters', 'listeners', 'routes', 'endpoints', 'statuses'],
};

const AFTER_HELP = `
  meshladder config clusters POD.NAMESPACE --fqdn cart.shop
  meshladder config log deploy/cart -n shop
  meshladder config secret POD.NAMESPACE
  meshladder config log POD.NAMESPACE --level rbac:debug --for 10m
  meshladder config log POD.NAMESPACE --level default

A running proxy is asked through a port that the Kubernetes API forwards, which
takes the rights get and create on pods/portforward. Without a cluster, give files:

  istioctl proxy-config all POD.NAMESPACE -o json > dump.json
  meshladder config clusters -f dump.json --fqdn cart.shop
  kubectl -n NAMESPACE exec POD -c istio-proxy -- pilot-agent request \\
    GET 'config_dump?include_eds' | meshladder config endpoints -f -

Files may be what Envoy's admin port answers to config_dump, to
clusters?format=json (why a host is out) and to logging, istiod's answer to
/debug/config_dump, or what istioctl proxy-config prints with -o json.

In JSON and YAML every row is one resource of Envoy's, under its full name, static
ones and those without endpoints included; a name is "" where Envoy has none.

secrets tells the certificates that an Envoy holds, with their serial numbers and
when they end. Keys are never read, and never told.

--level shows what it will change and asks; without a terminal it wants --yes. It
prints each logger with its level before and after. --for waits, and puts back
exactly what was before, also when it is told to stop (then exit code 130).

Exit code 0: listed, or set; 2: cannot be read or set, or wrong use.`;

/** @returns what a person should know beside it */
async function print(dump: EnvoyDump, options: ConfigOptions, io: Io): Promise<readonly string[]> {
  switch (options.part) {
    case 'bootstrap':
      await printBootstrap(dump, options, io);
      return [];
    case 'secrets':
      await printSecrets(dump, options, io);
      return notesOf(dump, options.output);
    case 'log':
      return printLoggers(dump, options, io);
    case 'all':
      await printAll(dump, options.output, io);
      return notesOf(dump, options.output);
    default: {
      const { rows, table, notes, missing } = printSection(options.part, dump, options.filter);
      const beside = [...(missing === undefined ? [] : [missing]), ...notesOf(dump, options.output)];
      if (options.output === 'table') {
        io.stdout.write(formatConfigTable(table));
        return [...notes, ...beside];
      }
      (await configWriter(options.output, io)).list(rows);
      return beside;
    }
  }
}

/** What Envoy refused, which in JSON stands in the rows, and what could not be read. */
function notesOf({ config }: EnvoyDump, output: ConfigOptions['output']): readonly string[] {
  const rejections = output === 'table' ? (config?.rejections ?? []) : [];
  return [
    ...rejections.map(({ section, name, details }) => `rejected by Envoy, of ${section}: ${name}: ${details}`),
    ...(config?.problems ?? []).map((problem) => `left out: ${problem}`),
  ];
}

async function printBootstrap({ config }: EnvoyDump, { output }: ConfigOptions, io: Io): Promise<void> {
  const bootstrap = config?.bootstrap;
  if (bootstrap === undefined) throw new UserError('there is no bootstrap in what was given: istiod does not know it');
  if (output === 'table') io.stdout.write(formatConfigTable(bootstrapTable(bootstrap)));
  else (await configWriter(output, io)).object([{ name: 'bootstrap', value: bootstrap.body }]);
}

async function printSecrets({ config }: EnvoyDump, { output }: ConfigOptions, io: Io): Promise<void> {
  const secrets = config?.secrets;
  if (secrets === undefined) throw new UserError('there are no secrets in what was given: istiod does not know them');
  const now = systemClock.now();
  if (output === 'table') io.stdout.write(formatConfigTable(secretTable(secrets, now)));
  else (await configWriter(output, io)).list(secrets.map((secret) => secretRow(secret, now)));
}

/** @returns those that write more than they should, which a long list hides */
async function printLoggers({ loggers }: EnvoyDump, { output }: ConfigOptions, io: Io): Promise<readonly string[]> {
  if (loggers === undefined) throw new UserError(NO_LOGGERS);
  if (output !== 'table') {
    (await configWriter(output, io)).list(loggers);
    return [];
  }
  io.stdout.write(loggersText(loggers));
  return verboseNotes(loggers);
}

const NO_LOGGERS = `there are no loggers in what was given. To get them:
  kubectl -n NAMESPACE exec POD -c istio-proxy -- pilot-agent request POST logging > logging.txt`;
