import type { Command } from 'commander';
import { type FlagCounts, flagCounts } from '../sinks/report/flag-counts.ts';
import { flagCountsText } from '../sinks/report/flag-counts-text.ts';
import type { LineFormat } from '../sources/access-log/classify.ts';
import { openScanner } from '../sources/access-log/open-scanner.ts';
import { createTally } from '../sources/access-log/tally.ts';
import { countLog } from './flags-read.ts';
import { type Io, UserError } from './io.ts';
import { readLogFormat } from './log-format.ts';

interface FlagsFlags {
  readonly output: string;
  readonly format: string;
  readonly top: string;
  readonly color: boolean;
}

/** `meshladder flags`: what access logs say, counted. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('[files...]', 'access logs, plain or .gz, of one container or many; - or none is stdin')
    .option('-o, --output <format>', 'table or json', 'table')
    .option(
      '--format <format>',
      "auto (Istio's text and JSON, line by line), text, json, or an accessLogFormat",
      'auto',
    )
    .option('--top <number>', 'in the table, how many series to show; 0 for all', '20')
    .option('--no-color', 'no colours, as with the variable NO_COLOR')
    .addHelpText('after', AFTER_HELP)
    .action(async (files: readonly string[], flags: FlagsFlags) => {
      const options = await readOptions(files, flags, io);
      const { counts, problems } = await countAll(options, io);
      for (const problem of problems) io.stderr.write(`meshladder: ${problem}\n`);
      // Nothing could be read: counts of 0 would look like an answer.
      if (problems.length < options.files.length) write(counts, options, io);
      exit(io.signal.aborted ? 130 : problems.length > 0 || isUnreadable(counts) ? 2 : 0);
    });
}

const AFTER_HELP = `
Reads what kubectl logs gives, and files as they lie on a node in /var/log/pods
(CRI framing is found by itself), in Istio's text and JSON formats of all
versions, also mixed. Lines of the proxy's own log are counted apart.

  kubectl -n shop logs deploy/cart -c istio-proxy | meshladder flags
  meshladder flags -o json /var/log/pods/*/istio-proxy/*.log*

One request through two sidecars is two lines: one outbound at the client, one
inbound at the server. Do not add the two.

Then meshladder decode FLAG says what a flag means and what to check first.

Exit code 0: all was read; 2: some of it was not, or wrong use.`;

interface Options {
  readonly files: readonly string[];
  readonly json: boolean;
  readonly top: number;
  readonly format: LineFormat;
  readonly coloured: boolean;
}

async function readOptions(files: readonly string[], flags: FlagsFlags, io: Io): Promise<Options> {
  const { output, top } = flags;
  if (output !== 'table' && output !== 'json') throw new UserError(`-o ${output}: give table or json`);
  if (!/^\d{1,9}$/.test(top)) throw new UserError(`--top ${top}: give a number of series, 0 for all`);
  if (files.length === 0 && io.stdin.isTTY === true)
    throw new UserError('give access logs as files, or pipe one in, as from kubectl logs … -c istio-proxy');
  if (files.filter((file) => file === '-').length > 1) throw new UserError('-: stdin can be read only once');
  return {
    files: files.length === 0 ? ['-'] : files,
    json: output === 'json',
    top: Number(top),
    format: await readLogFormat(flags.format),
    coloured: flags.color && io.stdout.isTTY === true && !io.env['NO_COLOR'],
  };
}

/** One log after the other; what is wrong with one leaves the others counted. */
async function countAll(
  { files, format }: Options,
  { stdin, signal }: Io,
): Promise<{ readonly counts: FlagCounts; readonly problems: readonly string[] }> {
  // All lines are of one namespace here, which may take half of the room.
  const tally = createTally({ maxShapes: 200_000 });
  const scanner = await openScanner({ format, tally });
  const problems: string[] = [];
  for (const file of files) {
    if (signal.aborted) break;
    const problem = await countLog({ scanner, tally, stdin, signal }, file);
    if (problem !== undefined) problems.push(problem);
  }
  return { counts: flagCounts(tally.traffic()), problems };
}

/** Lines enough, and none that can be read: counts of 0 are no answer. */
function isUnreadable({ lines: { access, proxy_log = 0, unparsed, other } }: FlagCounts): boolean {
  return access + proxy_log === 0 && unparsed + other > 0;
}

function write(counts: FlagCounts, { json, format, ...table }: Options, io: Io): void {
  if (json) {
    io.stdout.write(`${JSON.stringify(counts, undefined, 2)}\n`);
    return;
  }
  io.stdout.write(flagCountsText(counts, table));
  const reason = whyIncomplete(counts, format);
  if (reason !== undefined) io.stderr.write(`meshladder: ${reason}\n`);
}

function whyIncomplete(counts: FlagCounts, format: LineFormat): string | undefined {
  const { access, unparsed, other, proxy_log = 0 } = counts.lines;
  if (isUnreadable(counts) && unparsed === 0)
    return 'no line of it is of an istio-proxy: is it the log of that container?';
  if (unparsed > 0 && format !== 'auto') return 'unparsed lines: they are not of the format that --format names';
  if (unparsed > 0) return 'unparsed lines: they are of no default format of Istio';
  if (access > 0) return undefined;
  if (other + proxy_log === 0) return 'there is not one line in it';
  return 'no access lines: by default Istio writes none (meshConfig.accessLogFile, Telemetry)';
}
