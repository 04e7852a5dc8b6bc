import type { Command } from 'commander';
import type { LadderDocument } from '../sinks/report/ladder-json.ts';
import { ladderText } from '../sinks/report/ladder-text.ts';
import { type CheckFlags, type CheckOptions, readCheckOptions } from './check-options.ts';
import { declareHttpConfig } from './exporter-client.ts';
import type { Io } from './io.ts';
import { ACCESS_HELP, declareAccessOptions } from './istiod-access.ts';
import { reachingTheSame } from './next-command.ts';

const MAX_WIDTH = 110;

/** `meshladder check`: the ladder for one pod or the whole mesh. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('[pod]', 'POD.NAMESPACE, deploy/NAME.NAMESPACE or WORKLOAD.NAMESPACE; without one the whole mesh')
    .option('-n, --namespace <namespace>', 'the namespace of the pod; without a pod, all of the namespace')
    .option('-o, --output <format>', 'text or json', 'text')
    .option(
      '--server <url>',
      'ask a running exporter, as in http://meshladder:19012, or http://meshladder:19012?cluster=west where it watches several: it knows since when, and traffic',
    );
  declareHttpConfig(command)
    .option('--url <url>', 'ask this istiod, as in http://127.0.0.1:15014; may be given several times', collect)
    .option('--token-file <file>', 'a service-account token with audience istio-ca, for istiods that ask for one')
    .option('--prometheus <url>', 'the Prometheus that scrapes the agents: ask it what they have counted lately')
    .option('--prometheus-token-file <file>', 'a bearer token for that Prometheus')
    .option('--kubeconfig <file>', 'the kubeconfig file of the cluster to look at')
    .option('--context <name>', 'the context of the kubeconfig to use')
    .option('-i, --istio-namespace <namespace>', "Istio's root namespace", 'istio-system')
    .option('--no-inspect', "do not look into the pod's Envoy")
    .option('--timeout <duration>', 'for each istiod, for the Envoy, or for the exporter', '10s')
    .option('--no-color', 'no colours, as with the variable NO_COLOR');
  declareAccessOptions(command)
    .addHelpText('after', AFTER_HELP)
    .action(async (pod: string | undefined, flags: CheckFlags) => {
      const options = readCheckOptions(pod, flags, io);
      const document = reachingTheSame(await climb(options, io), options);
      write(document, options, io);
      exit(EXIT_CODES[document.verdict]);
    });
}

const AFTER_HELP = `
  meshladder check --server http://meshladder:19012
  meshladder check payment-svc-v2-7b9c6d5f4e-m8zrt.payment
  meshladder check deploy/payment-svc-v2 -n payment
  meshladder check -n payment

Each rung rules out the most for those above it: read from the top down to the
first FINDING. Above what is broken, rungs say which rung was not passed. Of the
pods of a workload the worst is told; of the whole mesh, the worst namespaces first.

Without --server, the cluster of the kubeconfig is read once and each istiod
asked, twice where a proxy that is asked about is behind. Of a pod, its Envoy is
looked into as well, and compared with what istiod would send, as meshladder diff
does; --no-inspect leaves that out. Nobody has counted traffic: rungs that read
logs say so, unless --prometheus tells what agents have counted.

Istiods are asked through ports that the Kubernetes API forwards, which takes no
token, but the rights get and create on pods/portforward in their namespace; an
Envoy takes them in its own. Where no port is forwarded, and within a pod, istiods
are asked at their pod addresses, mostly with --token-file.

${ACCESS_HELP}

Exit code 0: every rung is passed, but for one that is switched off; 1: some rung
has a finding; 2: none has, but some cannot tell, or wrong use.`;

const EXIT_CODES: Readonly<Record<LadderDocument['verdict'], number>> = { ok: 0, finding: 1, unknown: 2 };

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function climb(options: CheckOptions, io: Io): Promise<LadderDocument> {
  if (options.server !== undefined) {
    const { askLadder } = await import('./check-server.ts');
    return askLadder(options.server, options, io);
  }
  const { climbCluster } = await import('./check-cluster.ts');
  return climbCluster(options, io);
}

function write(document: LadderDocument, { output, coloured, server }: CheckOptions, { stdout }: Io): void {
  if (output === 'json') return void stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  stdout.write(ladderText(document, { width: Math.min(stdout.columns ?? MAX_WIDTH, MAX_WIDTH), coloured }));
  const cluster = server && new URL(server).searchParams.get('cluster');
  if (cluster)
    stdout.write(`\nOf cluster ${cluster}: commands that ask Kubernetes need a kubeconfig of it, or --context.\n`);
}
