import type { Command } from 'commander';
import type { BundleDocument, BundleLadderDocument } from '../sinks/report/bundle-head.ts';
import type { LadderDocument } from '../sinks/report/ladder-json.ts';
import { type BundleFlags, type BundleOptions, readBundleOptions } from './bundle-options.ts';
import { type LookedBundle, lookIntoBundle } from './bundle-read.ts';
import type { Io } from './io.ts';
import { reachingBundle } from './next-command.ts';

const MAX_WIDTH = 110;

/** `meshladder bundle`: the ladder of a mesh that is not at hand, from what somebody saved of it. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('<bundle>', 'what istioctl bug-report wrote (bug-report.tar.gz), or a folder of dumps')
    .argument('[pod]', 'POD.NAMESPACE, deploy/NAME.NAMESPACE or WORKLOAD.NAMESPACE; without one the whole mesh')
    .option('-n, --namespace <namespace>', 'the namespace of the pod; without a pod, all of the namespace')
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--status', 'the proxy-status table instead of the ladder')
    .option('--flags', 'the response flags of its access logs instead of the ladder')
    .option('--at <time>', 'when it was made, as in 2026-01-31T12:00:00Z (default: as its files tell)')
    .option('-i, --istio-namespace <namespace>', "Istio's root namespace", 'istio-system')
    .option('--no-color', 'no colours, as with the variable NO_COLOR')
    .addHelpText('after', AFTER_HELP)
    .action(async (path: string, pod: string | undefined, flags: BundleFlags) => {
      const options = readBundleOptions(path, pod, flags, io);
      const looked = await lookIntoBundle(options, io);
      exit(await write(looked, options, io));
    });
}

const AFTER_HELP = `
  meshladder bundle bug-report.tar.gz
  meshladder bundle bug-report.tar.gz payment-svc-v2-7b9c6d5f4e-m8zrt.payment

Ages are counted to the time the bundle was made, never to now. It is one look:
nothing is known of what was before it. What is not in it leaves rungs unknown,
and the head says which. Nothing is unpacked to disk, and secrets are not read.

A folder may be an unpacked bug-report, or hold dumps under these names:
config_dump*.json and clusters.json in POD.NAMESPACE/, *syncz.json, objects as
*.yaml or *.json, logs of istio-proxy as POD.NAMESPACE.log.

istioctl puts no NetworkPolicies into a bug report. Unpack it into a folder and
add them, and the one that keeps a proxy from istiod is named:

  kubectl get networkpolicies -A -o yaml > FOLDER/networkpolicies.yaml

Commands to copy that are ours ask the bundle again. What it cannot answer, as what
istiod would send a proxy, has none. Those of kubectl ask the cluster of your
kubeconfig as it is now: see that it is the one the bundle is of.

Exit code 0: every rung is passed; 1: some rung has a finding; 2: none has, but
some cannot tell, or wrong use.`;

const EXIT_CODES: Readonly<Record<LadderDocument['verdict'], number>> = { ok: 0, finding: 1, unknown: 2 };

/** @returns the exit code */
async function write(looked: LookedBundle, options: BundleOptions, io: Io): Promise<number> {
  if (options.show === 'ladder') return writeLadder(looked, options, io);
  const { writeFlags, writeStatus } = await import('./bundle-tables.ts');
  const width = Math.min(io.stdout.columns ?? MAX_WIDTH, MAX_WIDTH);
  if (options.output === 'text') io.stdout.write(`${await headOf(looked, options, width)}\n`);
  return options.show === 'status' ? writeStatus(looked, options, io) : writeFlags(looked, options, io);
}

async function writeLadder(looked: LookedBundle, options: BundleOptions, io: Io): Promise<number> {
  const [{ ladderDocument }, { ladderText }] = await Promise.all([
    import('../sinks/report/ladder-report.ts'),
    import('../sinks/report/ladder-text.ts'),
  ]);
  const ladder = reachingBundle(ladderDocument(looked.snapshot, options.about), options.path);
  if (options.output === 'json') {
    const document: BundleLadderDocument = { ...ladder, bundle: looked.document };
    io.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else {
    const width = Math.min(io.stdout.columns ?? MAX_WIDTH, MAX_WIDTH);
    io.stdout.write(`${await headOf(looked, options, width)}\n${ladderText(ladder, { ...options, width })}`);
  }
  return EXIT_CODES[ladder.verdict];
}

async function headOf({ document }: { document: BundleDocument }, { path }: BundleOptions, width: number) {
  const { bundleHeadText } = await import('../sinks/report/bundle-head.ts');
  return bundleHeadText(path, document, width);
}
