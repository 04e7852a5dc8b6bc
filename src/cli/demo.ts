import { type Command, InvalidArgumentError, Option } from 'commander';
import { type DemoOutcome, runDemo } from '../demo/demo.ts';
import { ExporterLost } from '../demo/exporter/exporter-lost.ts';
import { comparesWithIstiod, looksIntoEnvoys } from '../demo/scenario/looks.ts';
import type { Scenario } from '../demo/scenario/scenario.ts';
import { SCENARIOS } from '../demo/scenario/scenarios.ts';
import { wrapText } from '../sinks/report/wrap-text.ts';
import { type Io, UserError } from './io.ts';

interface DemoFlags {
  readonly once?: true;
  readonly speed: number;
  readonly listen: string;
  readonly proxies: number;
  readonly incident: string;
  /** The former name of --incident. */
  readonly scenario?: string;
  readonly istiodAccess: 'http' | 'xds';
  readonly keep?: true;
  readonly logLevel: string;
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'off'];
const MOST_SPEED = 100;
/** Of the names of incidents in the help. */
const NAME_WIDTH = 18;
const MOST_PROXIES = 200_000;

/** `meshladder demo`: a whole mesh in one process, an incident on a clock, and the real exporter watching it. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .option(
      '--once',
      'play the incident once, check that each act was seen in two polls, and exit 0, or 1 and say what was not',
    )
    .addOption(number('--speed <n>', 'play this many times as fast as recorded', 1, { least: 0.1, most: MOST_SPEED }))
    .option(
      '--listen <address>',
      'where the exporter serves; 0.0.0.0:19012 lets in who reaches this machine',
      '127.0.0.1:19012',
    )
    .addOption(
      new Option('--incident <name>', 'the incident to play; see below')
        .choices(SCENARIOS.map(({ name }) => name))
        .default(SCENARIOS[0].name),
    )
    .addOption(new Option('--scenario <name>').choices(SCENARIOS.map(({ name }) => name)).hideHelp())
    .addOption(
      number('--proxies <n>', 'add this many proxies, for load', 0, { least: 0, most: MOST_PROXIES, whole: true }),
    )
    .addOption(
      new Option(
        '--istiod-access <way>',
        'xds: the debug ports of istiods are switched off, and they are asked over xDS',
      )
        .choices(['http', 'xds'])
        .default('http'),
    )
    .option('--keep', 'leave configuration, logs and checkpoint of the run where they are')
    .addOption(
      new Option('--log-level <level>', 'which lines of the exporter to show on stderr')
        .choices(LEVELS)
        .default('error'),
    )
    .addHelpText('after', HELP)
    .action(async (flags: DemoFlags) => exit(await play(flags, io)));
}

const HELP = `
Incidents, by the rung of the ladder that finds them:
${SCENARIOS.map(({ name, about }) => wrapped(name, about)).join('')}
Needs no cluster: an API server, two istiods and the logs of a node are played
on the loopback interface, as they were recorded in a real mesh. Without --once
the incident repeats until Ctrl-C.

kubectl, with the file that the demo names, gets objects and logs. It cannot do
what runbooks ask for besides: exec, debug, auth, changes, port-forward (the
exporter is reached as it is); nor is there anything for istioctl. For steps that
look into proxies, give that file to meshladder: --kubeconfig FILE.`;

function wrapped(name: string, about: string): string {
  return wrapText(about, 80, `  ${name.padEnd(NAME_WIDTH)}`, ' '.repeat(NAME_WIDTH + 2));
}

async function play(flags: DemoFlags, io: Io): Promise<number> {
  const { self } = io;
  if (self === undefined) throw new UserError('the demo needs to know how this program was started');
  const scenario = SCENARIOS.find(({ name }) => name === (flags.scenario ?? flags.incident)) ?? SCENARIOS[0];
  refuseManyLooks(scenario, flags.proxies);
  refuseUntold(scenario, flags.istiodAccess);
  try {
    const outcome = await runDemo(
      {
        scenario,
        speed: flags.speed,
        once: flags.once === true,
        listen: flags.listen,
        extraProxies: flags.proxies,
        istiodAccess: flags.istiodAccess,
        keep: flags.keep === true,
        debug: flags.logLevel === 'debug',
        echo: echoOf(flags.logLevel, io),
        write: (text) => io.stdout.write(text),
        env: io.env,
        self,
        onExit: self.onExit,
      },
      io.signal,
    );
    return report(outcome, flags.once === true, io);
  } catch (error) {
    if (error instanceof ExporterLost) {
      throw new UserError(error.message, { cause: error, exitCode: error.exitCode === 2 ? 2 : 1 });
    }
    if (isFolderRefused(error)) {
      throw new UserError(`no folder for the run can be made: ${error.message}; set TMPDIR to where one can`);
    }
    throw error;
  }
}

/** @throws UserError where what there is to see would come too late */
function refuseManyLooks(scenario: Scenario, proxies: number): void {
  if (proxies === 0 || !looksIntoEnvoys(scenario)) return;
  throw new UserError(
    `--incident ${scenario.name} is seen by looks into one proxy after the other, which takes too long with --proxies ${proxies}; leave --proxies out`,
  );
}

/** @throws UserError where nobody tells what there is to see */
function refuseUntold(scenario: Scenario, access: DemoFlags['istiodAccess']): void {
  if (access === 'http' || !comparesWithIstiod(scenario)) return;
  throw new UserError(
    `--incident ${scenario.name} is seen by what istiods would send, which they tell at their debug ports alone; leave out --istiod-access xds`,
  );
}

function isFolderRefused(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'mkdtemp';
}

/** Without --once, being stopped is how it ends; with it, nothing is proven then. */
function report({ stopped, missed }: DemoOutcome, once: boolean, io: Io): number {
  if (!once) return 0;
  if (stopped) {
    io.stderr.write('meshladder: stopped before the end of the incident\n');
    return 130;
  }
  if (missed.length === 0) {
    io.stdout.write('Everything that was to be seen was seen.\n');
    return 0;
  }
  io.stderr.write(`meshladder: this did not happen:\n${missed.map((one) => `  ${one}\n`).join('')}`);
  return 1;
}

/** Shows the exporter's lines from a level on; what is no log line is an error of its own. */
function echoOf(level: string, io: Io): (line: string) => void {
  const least = LEVELS.indexOf(level);
  return (line) => {
    const of = /^\{"level":"(\w+)"/.exec(line)?.[1];
    if (of !== undefined && LEVELS.indexOf(of) >= least) io.stderr.write(`exporter: ${line}\n`);
  };
}

function number(
  flags: string,
  about: string,
  fallback: number,
  bounds: { readonly least: number; readonly most: number; readonly whole?: true },
): Option {
  return new Option(flags, about).default(fallback).argParser((text) => {
    const value = Number(text);
    const fits = value >= bounds.least && value <= bounds.most && (bounds.whole !== true || Number.isInteger(value));
    if (text.trim() !== '' && fits) return value;
    throw new InvalidArgumentError(
      `write a ${bounds.whole ? 'whole ' : ''}number from ${bounds.least} to ${bounds.most}.`,
    );
  });
}
