import { Command, CommanderError } from 'commander';
import type { CommandEntry } from './command.ts';
import { type Io, UserError } from './io.ts';
import { VERSION } from './version.ts';

/** Every command, in the order of `--help`. Each loads only what it uses: `flags` never sees the Kubernetes client. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'serve',
    summary: 'run the exporter',
    load: () => import('./serve.ts'),
  },
  {
    name: 'status',
    summary: 'show which proxies have what istiod sent them, and since when they have not',
    load: () => import('./status.ts'),
  },
  {
    name: 'check',
    summary: 'climb the ladder for a pod or the whole mesh: what is wrong, why, and what to do next',
    load: () => import('./check.ts'),
  },
  {
    name: 'bundle',
    summary: 'climb the ladder of a mesh that is not at hand, from an istioctl bug-report or saved dumps',
    load: () => import('./bundle.ts'),
  },
  {
    name: 'diff',
    summary: 'compare what istiod would send a proxy with what the proxy has',
    load: () => import('./diff.ts'),
  },
  {
    name: 'compare',
    summary: 'compare what two replicas have',
    load: () => import('./compare.ts'),
  },
  {
    name: 'config',
    summary: 'list what a proxy has: clusters, listeners, routes, endpoints',
    load: () => import('./config.ts'),
  },
  {
    name: 'trace',
    summary: 'follow a request through what a proxy has, to where it ends or breaks',
    load: () => import('./trace.ts'),
  },
  {
    name: 'flags',
    summary: 'count the response flags in access logs, by where requests went',
    load: () => import('./flags.ts'),
  },
  {
    name: 'decode',
    summary: 'say what response flags mean, or a line of an access log, and what to check first',
    load: () => import('./decode.ts'),
  },
  {
    name: 'analyze',
    summary: 'say what is wrong with the objects of a mesh, live or in files, by the codes of istioctl',
    load: () => import('./analyze.ts'),
  },
  {
    name: 'authz',
    summary: 'say whether AuthorizationPolicies let a request in, and by which rule',
    load: () => import('./authz.ts'),
  },
  {
    name: 'explain',
    summary: 'print the runbook of an alert: what it means and what to do',
    load: () => import('./explain.ts'),
  },
  {
    name: 'check-config',
    summary: 'say everything that is wrong with a configuration, or what it comes to',
    load: () => import('./check-config.ts'),
  },
  {
    name: 'generate',
    summary: 'write the pages that are made from the program itself',
    load: () => import('./generate.ts'),
  },
  {
    name: 'demo',
    summary: 'play an incident in an embedded mesh and watch the exporter see it',
    load: () => import('./demo.ts'),
  },
];

/** Words of istioctl, and what answers them here. */
const ISTIOCTL: Readonly<Record<string, string>> = {
  'proxy-status': 'meshladder status',
  ps: 'meshladder status',
  'proxy-config': 'meshladder config',
  pc: 'meshladder config',
  describe: 'meshladder check POD.NAMESPACE',
  x: 'meshladder check (describe) or meshladder authz (authz check)',
  experimental: 'meshladder check (describe) or meshladder authz (authz check)',
  'bug-report': 'meshladder bundle, which reads one that istioctl has made',
  version: 'meshladder --version; meshladder status has the versions of proxies',
};

/**
 * Runs one command line to its end.
 * @param argv without node and script
 * @returns exit code: 0 fine, 1 finding, 2 cannot tell or wrong use
 */
export async function runProgram(argv: readonly string[], io: Io): Promise<number> {
  const [word = ''] = argv;
  const ours = Object.hasOwn(ISTIOCTL, word) ? ISTIOCTL[word] : undefined;
  if (ours !== undefined) {
    io.stderr.write(`meshladder: ${word} is a command of istioctl; here it is ${ours}\n`);
    return 2;
  }
  let code = 0;
  const program = new Command('meshladder')
    .description('Climbs the Istio debugging ladder all day, so that on-call does not have to.')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => io.stdout.columns ?? 80,
      getErrHelpWidth: () => io.stdout.columns ?? 80,
      getOutHasColors: () => io.stdout.isTTY === true,
      getErrHasColors: () => io.stderr.isTTY === true,
    });
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).description(entry.summary);
    if (argv[0] !== entry.name && !(argv[0] === 'help' && argv[1] === entry.name)) continue;
    const module = await entry.load();
    module.configure(command, io, (exitCode) => {
      code = exitCode;
    });
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, io);
  }
}

function explain(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UserError) {
    io.stderr.write(`meshladder: ${error.message}\n`);
    return error.exitCode;
  }
  // Told to stop in the middle of its work: nothing went wrong.
  if (io.signal.aborted && error === io.signal.reason) return 130;
  throw error;
}
