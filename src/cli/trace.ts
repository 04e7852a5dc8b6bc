import type { Command } from 'commander';
import type { EnvoyDump } from '../model/envoy-config.ts';
import { oneLine } from '../sinks/report/text-table.ts';
import { type TraceReport, traceJson, traceReport } from '../sinks/report/trace-report.ts';
import { traceText } from '../sinks/report/trace-text.ts';
import type { EnvoyPart } from '../sources/envoy/admin-requests.ts';
import { collectFiles, originOf, readDump } from './config-dump.ts';
import { type Io, UserError } from './io.ts';
import { declareLiveOptions } from './kube-session.ts';
import { readTraceQuestion, type TraceFlags } from './trace-options.ts';
import { testRegex } from './trace-regex.ts';

/** `meshladder trace`: the way of a request through what a proxy has. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .usage('[options] [pod] <target>')
    .argument(
      '<target...>',
      'where to: HOST:PORT[/PATH]; before it, through whose proxy: POD.NAMESPACE or deploy/NAME.NAMESPACE',
    )
    .option(
      '-f, --file <file>',
      'a saved answer of the proxy, also compressed; may be given several times',
      collectFiles,
    )
    .option('--bundle <bundle>', 'what it had answered when this bug report was made: a .tar.gz, or a folder of dumps')
    .option('--method <method>', 'of the request', 'GET')
    .option('--header <header>', "as in 'end-user: jason'; may be given several times", collectFiles)
    .option('--protocol <protocol>', 'http, tls, tcp or mtls (default: tls for port 443, mtls inbound, else http)')
    .option('--sni <name>', 'the server name that TLS asks for (default: the host)')
    .option('--inbound', "follow it to the proxy's own application, not from it")
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--no-color', 'no colours, as with the variable NO_COLOR');
  declareLiveOptions(command)
    .addHelpText('after', AFTER_HELP)
    .action(async (words: readonly string[], flags: TraceFlags) => {
      const { pod, target } = readWords(words);
      if (flags.output !== 'text' && flags.output !== 'json')
        throw new UserError(`-o ${flags.output}: give text or json`);
      const question = readTraceQuestion(target, flags);
      const dump = await readDump(originOf(pod, flags.file ?? [], flags), PARTS, io);
      for (const problem of dump.config?.problems ?? [])
        io.stderr.write(`meshladder: left out: ${oneLine(problem, 300)}\n`);
      const report = traceReport(dump, question, testRegex);
      write(report, dump, flags, io);
      exit(exitCode(report));
    });
}

/** What of a running Envoy is on the way of a request. */
const PARTS: readonly EnvoyPart[] = ['bootstrap', 'clusters', 'listeners', 'routes', 'endpoints', 'statuses'];

const AFTER_HELP = `
  meshladder trace POD.NAMESPACE cart.shop:8080/items --header 'end-user: jason'

  istioctl proxy-config all POD.NAMESPACE -o json > dump.json
  meshladder trace -f dump.json cart.shop:8080/items

Give what clusters?format=json answers as a second file, and it also says which
endpoints are ejected. The way is listener, filter chain, virtual host, route,
cluster, endpoints; what a route splits is followed for each share.

REACHES endpoints; ANSWERS: the proxy does, by itself; LEAVES the mesh, for the
address that was asked for; BREAKS; UNKNOWN: the dump does not say.

Exit code 0: it reaches, or is answered; 1: it breaks or leaves the mesh;
2: cannot tell, or wrong use.`;

function readWords(words: readonly string[]): { readonly pod: string | undefined; readonly target: string } {
  const target = words.at(-1);
  if (target === undefined || words.length > 2) throw new UserError('give a target, and before it one pod at most');
  return { pod: words.length === 2 ? words[0] : undefined, target };
}

function write(report: TraceReport, { config }: EnvoyDump, { output, color }: TraceFlags, io: Io): void {
  if (output === 'json') {
    io.stdout.write(`${JSON.stringify(traceJson(report), undefined, 2)}\n`);
    return;
  }
  const node = config?.bootstrap?.node;
  if (node !== undefined && node.pod !== '') io.stdout.write(`${oneLine(`${node.pod}.${node.namespace}`, 300)}: `);
  const coloured = color && io.stdout.isTTY === true && !io.env['NO_COLOR'];
  io.stdout.write(traceText(report, coloured));
}

function exitCode({ verdict }: TraceReport): number {
  if (verdict === 'unknown') return 2;
  return verdict === 'reaches' || verdict === 'answers' ? 0 : 1;
}
