import type { Command } from 'commander';
import type { EpochSeconds } from '../model/brand.ts';
import type { ProxyRow } from '../model/proxy-row.ts';
import { proxyStatusText } from '../sinks/report/proxy-status.ts';
import { proxiesJson } from '../sinks/report/proxy-status-json.ts';
import { declareHttpConfig } from './exporter-client.ts';
import type { Io } from './io.ts';
import { ACCESS_HELP, declareAccessOptions } from './istiod-access.ts';
import { type Gathered, gatherStatus } from './status-gather.ts';
import { type OutputFormat, readStatusOptions, type StatusFlags, type StatusOptions } from './status-options.ts';

/** `meshladder status`: the proxy-status table, from files, istiods, a cluster or a running exporter. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('[pods...]', 'only these proxies: POD.NAMESPACE, or a pod name alone')
    .option('-n, --namespace <namespace>', 'only proxies of this namespace')
    .option('-o, --output <format>', 'table, wide (every type, cluster, kind of proxy) or json', 'table')
    .option('--syncz <files...>', 'read saved answers of /debug/syncz, one file for each istiod; - is stdin')
    .option('--at <time>', 'with --syncz: count ages to this time, as in 2026-01-31T12:00:00Z (default: now)')
    .option('--url <url>', 'ask this istiod, as in http://127.0.0.1:15014; may be given several times', collect)
    .option('--token-file <file>', 'a service-account token with audience istio-ca, for istiods that ask for one')
    .option(
      '--server <url>',
      'ask a running exporter, as in http://meshladder:19012, or http://meshladder:19012?cluster=west where it watches several: it knows since when',
    );
  declareHttpConfig(command)
    .option('--kubeconfig <file>', 'the kubeconfig file to find istiods with')
    .option('--context <name>', 'the context of the kubeconfig to use')
    .option('-i, --istio-namespace <namespace>', 'find istiods in this namespace only (default: all)')
    .option('--timeout <duration>', 'for each istiod', '10s')
    .option('--no-color', 'no colours, as with the variable NO_COLOR');
  declareAccessOptions(command)
    .addHelpText('after', AFTER_HELP)
    .action(async (pods: readonly string[], flags: StatusFlags) => {
      const options = readStatusOptions(pods, flags, io);
      exit(report(await gatherStatus(options, io), options, io));
    });
}

const AFTER_HELP = `
Without --syncz, --url or --server, istiod pods are found by the kubeconfig and
each is asked through a port that the Kubernetes API forwards. That takes no
token, but the rights list on pods, and get and create on pods/portforward in
istiod's namespace. Where no port is forwarded, and within a pod, istiods are
asked at their pod addresses, mostly with --token-file.

${ACCESS_HELP}
With --url, port 15012 of the same host is asked, where --ca-file is given.

States are istioctl's: SYNCED, STALE (sent, not acknowledged), NOT SENT, ERROR
(rejected by the proxy); and ours: UNKNOWN (its istiod cannot be asked), MISSING
(it runs, and no istiod lists it; only --server can tell). In brackets is since
when: the last message sent or, with --server, the first not acknowledged.

Exit code 0: every proxy shown is synced; 1: some proxy is not; 2: cannot tell.`;

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** @returns the exit code */
function report({ rows, failures, notes = [], at }: Gathered, options: StatusOptions, io: Io): number {
  const shown = rows.filter(options.selects);
  const missing = rows.length > 0 ? options.unmatched(rows) : [];
  const nobody =
    rows.length === 0 && failures.length === 0 ? ['no istiod lists any proxy: has one just been restarted?'] : [];
  for (const line of [...notes, ...failures, ...missing, ...nobody]) io.stderr.write(`meshladder: ${line}\n`);
  // Nothing could be asked: an empty table would look like an answer.
  if (rows.length > 0 || failures.length === 0) write(shown, options.output, at, { io, coloured: options.coloured });
  return exitCode(shown, [...failures, ...missing]);
}

function write(
  rows: readonly ProxyRow[],
  output: OutputFormat,
  now: EpochSeconds,
  { io, coloured }: { readonly io: Io; readonly coloured: boolean },
): void {
  if (output === 'json') io.stdout.write(`${JSON.stringify(proxiesJson(rows, now), undefined, 2)}\n`);
  else if (rows.length > 0) io.stdout.write(proxyStatusText(rows, { now, wide: output === 'wide', coloured }));
}

/** What is wrong is worth more than what is not known. */
function exitCode(rows: readonly ProxyRow[], failures: readonly string[]): number {
  const known = rows.filter(({ state }) => state !== 'UNKNOWN');
  if (known.some(({ state }) => state !== 'SYNCED')) return 1;
  return failures.length > 0 || known.length < rows.length || rows.length === 0 ? 2 : 0;
}
